"""The operations of IAM's model that are not performed, with the reason that the fidelity page gives."""

ROOT_ACCESS = "Central management of member accounts' root users is not simulated."
DELEGATION = "Temporary delegation to partners is not simulated."
OUTBOUND = "Tokens for services outside AWS are not simulated."
ENDPOINTS = "There is one STS endpoint, with one kind of token."
TEMPLATES = "Role templates are an offer of services that are not simulated."
PROPERTIES = "Account properties are an offer of services that are not simulated."

REFUSED = {
    **dict.fromkeys(
        (
            "DisableOrganizationsRootCredentialsManagement",
            "DisableOrganizationsRootSessions",
            "EnableOrganizationsRootCredentialsManagement",
            "EnableOrganizationsRootSessions",
            "ListOrganizationsFeatures",
        ),
        ROOT_ACCESS,
    ),
    **dict.fromkeys(
        (
            "AcceptDelegationRequest",
            "AssociateDelegationRequest",
            "CreateDelegationRequest",
            "GetDelegationRequest",
            "GetHumanReadableSummary",
            "ListDelegationRequests",
            "RejectDelegationRequest",
            "SendDelegationToken",
            "UpdateDelegationRequest",
        ),
        DELEGATION,
    ),
    **dict.fromkeys(
        (
            "DisableOutboundWebIdentityFederation",
            "EnableOutboundWebIdentityFederation",
            "GetOutboundWebIdentityFederationInfo",
        ),
        OUTBOUND,
    ),
    "SetSecurityTokenServicePreferences": ENDPOINTS,
    **dict.fromkeys(("AcquireRole", "GetRoleTemplateVersion"), TEMPLATES),
    **dict.fromkeys(("GetAccountProperties", "PutAccountProperties"), PROPERTIES),
}
