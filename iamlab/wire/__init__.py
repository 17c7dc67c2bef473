"""AWS's HTTP API at /aws, driven by botocore's service models: the entrance of the aws CLI, boto3 and other SDKs."""
