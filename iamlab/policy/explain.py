"""Holds the place of the evaluator, which is being written: enough for the door to be built on."""


def access_denied_message(request, decision, requester, resource):
    return f"User: {requester} is not authorized to perform: {request.action} on resource: {resource}"
