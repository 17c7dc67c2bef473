"""What AWS knows: services, actions, resource types, condition keys, managed policies; read when first asked for."""

from .keys import ConditionKey, condition_key, condition_key_names, global_keys, is_family, names_key
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
    arn_formats,
    rcp_services,
    real_name,
    resource_types,
    services,
    supplies_resource_tags,
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
    "arn_formats",
    "condition_key",
    "condition_key_names",
    "global_keys",
    "is_family",
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
    "supplies_resource_tags",
]
