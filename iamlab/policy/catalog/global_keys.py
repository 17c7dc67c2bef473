"""The condition keys of any service: type, and whether one holds several values.

"AWS global condition context keys" (IAM User Guide).
"""

ONE, MANY = False, True

GLOBAL_KEYS = {
    # the principal
    "aws:PrincipalArn": ("Arn", ONE),
    "aws:PrincipalAccount": ("String", ONE),
    "aws:PrincipalOrgID": ("String", ONE),
    "aws:PrincipalOrgPaths": ("String", MANY),
    "aws:PrincipalTag/${TagKey}": ("String", ONE),
    "aws:PrincipalType": ("String", ONE),
    "aws:PrincipalIsAWSService": ("Bool", ONE),
    "aws:PrincipalServiceName": ("String", ONE),
    "aws:PrincipalServiceNamesList": ("String", MANY),
    "aws:userid": ("String", ONE),
    "aws:username": ("String", ONE),
    # the session
    "aws:TokenIssueTime": ("Date", ONE),
    "aws:MultiFactorAuthPresent": ("Bool", ONE),
    "aws:MultiFactorAuthAge": ("Numeric", ONE),
    "aws:FederatedProvider": ("String", ONE),
    "aws:SourceIdentity": ("String", ONE),
    "aws:AssumedRoot": ("Bool", ONE),
    "aws:SignInSessionArn": ("Arn", ONE),
    "aws:ChatbotSourceArn": ("Arn", ONE),
    "aws:Ec2InstanceSourceVpc": ("String", ONE),
    "aws:Ec2InstanceSourcePrivateIPv4": ("IpAddress", ONE),
    # the network
    "aws:SourceIp": ("IpAddress", ONE),
    "aws:SourceVpc": ("String", ONE),
    "aws:SourceVpcArn": ("Arn", ONE),
    "aws:SourceVpce": ("String", ONE),
    "aws:VpcSourceIp": ("IpAddress", ONE),
    "aws:VpceAccount": ("String", ONE),
    "aws:VpceOrgID": ("String", ONE),
    "aws:VpceOrgPaths": ("String", MANY),
    # the resource
    "aws:ResourceAccount": ("String", ONE),
    "aws:ResourceOrgID": ("String", ONE),
    "aws:ResourceOrgPaths": ("String", MANY),
    "aws:ResourceTag/${TagKey}": ("String", ONE),
    # the request
    "aws:RequestTag/${TagKey}": ("String", ONE),
    "aws:TagKeys": ("String", MANY),
    "aws:CalledVia": ("String", MANY),
    "aws:CalledViaFirst": ("String", ONE),
    "aws:CalledViaLast": ("String", ONE),
    "aws:ViaAWSService": ("Bool", ONE),
    "aws:CalledViaAWSMCP": ("String", ONE),
    "aws:ViaAWSMCPService": ("Bool", ONE),
    "aws:IsMcpServiceAction": ("Bool", ONE),
    "aws:SourceArn": ("Arn", ONE),
    "aws:SourceAccount": ("String", ONE),
    "aws:SourceOrgID": ("String", ONE),
    "aws:SourceOrgPaths": ("String", MANY),
    "aws:CurrentTime": ("Date", ONE),
    "aws:EpochTime": ("Date", ONE),
    "aws:SecureTransport": ("Bool", ONE),
    "aws:RequestedRegion": ("String", ONE),
    "aws:UserAgent": ("String", ONE),
    "aws:referer": ("String", ONE),
}

# Keys of one service's name that its role sessions carry into every request, to whatever service.
ROLE_SESSION_KEYS = {
    "ec2:RoleDelivery": ("Numeric", ONE),
    "ec2:SourceInstanceArn": ("Arn", ONE),
    "lambda:SourceFunctionArn": ("Arn", ONE),
    "ssm:SourceInstanceArn": ("Arn", ONE),
    "glue:RoleAssumedBy": ("String", ONE),
    "glue:CredentialIssuingService": ("String", ONE),
    "codebuild:BuildArn": ("Arn", ONE),
    "codebuild:ProjectArn": ("Arn", ONE),
    "identitystore:UserId": ("String", ONE),
}

# Service keys that hold several values according to the guides, where the service data calls them single-valued.
MULTIVALUED_SERVICE_KEYS = {
    "cognito-identity.amazonaws.com:amr",
}
