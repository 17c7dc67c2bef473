"""What AWS knows: services, actions, resource types, condition keys, managed policies; read when first asked for."""

from .keys import ConditionKey, condition_key, global_keys, names_key
from .managed import ManagedPolicy, managed_policies, managed_policy, managed_policy_document
from .nearest import nearest_action, nearest_service
from .reference import (
    LEVELS,
    Action,
    ActionResource,
    ResourceType,
    access_levels,
    action,
    action_names,
    actions,
    all_action_names,
    all_actions,
    rcp_services,
    real_name,
    resource_types,
    services,
)

__all__ = [
    "LEVELS",
    "Action",
    "ActionResource",
    "ConditionKey",
    "ManagedPolicy",
    "ResourceType",
    "access_levels",
    "action",
    "action_names",
    "actions",
    "all_action_names",
    "all_actions",
    "condition_key",
    "global_keys",
    "managed_policies",
    "managed_policy",
    "managed_policy_document",
    "names_key",
    "nearest_action",
    "nearest_service",
    "rcp_services",
    "real_name",
    "resource_types",
    "services",
]
