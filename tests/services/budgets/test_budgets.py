"""Budgets: made, found, changed and deleted as AWS Budgets does it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from iamlab.services.accounts.models import Account, Sandbox
from tests.services.cloud import ACCOUNT, allow, refusal

ARN = f"arn:aws:budgets::{ACCOUNT}:budget/monthly"
USD = {"Amount": "10", "Unit": "USD"}
MONTHLY = {"BudgetName": "monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": USD}
ALERT = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
MAIL = {"SubscriptionType": "EMAIL", "Address": "anna@bills.example"}
TOPIC = {"SubscriptionType": "SNS", "Address": f"arn:aws:sns:us-east-1:{ACCOUNT}:news"}


def mail(number):
    return {"SubscriptionType": "EMAIL", "Address": f"user{number}@bills.example"}


@pytest.fixture
def budgets(cloud):
    return cloud.client("budgets")


def amid_a_month():
    """Moves the world's clock to the middle of the month, so that no month ends within a test."""
    now = datetime.now(UTC)
    middle = now.replace(day=15, hour=12)
    Sandbox.objects.filter(accounts=ACCOUNT).update(clock_offset=int((middle - now).total_seconds()))
    return middle


def make(budgets, alerts=(), tags=(), **more):
    notifications = [{"Notification": alert, "Subscribers": [MAIL]} for alert in alerts]
    return budgets.create_budget(
        AccountId=ACCOUNT,
        Budget={**MONTHLY, **more},
        NotificationsWithSubscribers=notifications,
        ResourceTags=list(tags),
    )


def get(budgets, name="monthly"):
    return budgets.describe_budget(AccountId=ACCOUNT, BudgetName=name)["Budget"]


def code(call, **params):
    return refusal(call, AccountId=ACCOUNT, **params)["Error"]["Code"]


def alerts_of(budgets):
    answer = budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName="monthly")
    return answer["Notifications"]


def test_a_new_budget_with_the_defaults_that_aws_documents(budgets):
    """API Reference: the start of the month, 06/15/87, and the default of each cost type."""
    now = amid_a_month()
    make(budgets)
    budget = get(budgets)
    period = budget["TimePeriod"]
    assert period["Start"] == now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert period["End"] == datetime(2087, 6, 15, tzinfo=UTC)
    assert budget["BudgetLimit"] == USD
    types = budget["CostTypes"]
    assert {name for name, on in types.items() if not on} == {"UseBlended", "UseAmortized"} and len(types) == 11
    assert float(budget["CalculatedSpend"]["ActualSpend"]["Amount"]) == 0
    assert "ForecastedSpend" not in budget["CalculatedSpend"]
    assert abs(now - budget["LastUpdatedTime"]) < timedelta(minutes=5)


def test_a_forecast_after_five_weeks(budgets):
    make(budgets)
    Account.objects.filter(pk=ACCOUNT).update(created=datetime.now(UTC) - timedelta(weeks=6))
    assert float(get(budgets)["CalculatedSpend"]["ForecastedSpend"]["Amount"]) == 0


@pytest.mark.parametrize("name", ["a:b", "a\\b", "x/action/y", "a<script>b</SCRIPT>", "a" * 101])
def test_names_that_the_model_forbids(budgets, name):
    assert code(budgets.create_budget, Budget={**MONTHLY, "BudgetName": name}) == "ValidationException"


@pytest.mark.parametrize(
    "more",
    [
        {"BudgetLimit": {"Amount": "0", "Unit": "USD"}},
        {"BudgetLimit": {"Amount": "9" * 50, "Unit": "USD"}},
        {"BudgetLimit": {"Amount": "10", "Unit": "EUR"}},
        {"PlannedBudgetLimits": {"1": USD}},
        {"BudgetType": "USAGE", "CostTypes": {"IncludeTax": True}},
        {"BudgetType": "RI_COVERAGE", "BudgetLimit": USD},
        {"TimeUnit": "CUSTOM"},
        {"TimePeriod": {"Start": datetime(2090, 1, 1, tzinfo=UTC)}},
        {"TimePeriod": {"End": datetime(2088, 1, 1, tzinfo=UTC)}},
        {"TimePeriod": {"End": datetime(2001, 1, 1, tzinfo=UTC)}},
        {"Metrics": ["UnblendedCost"], "CostTypes": {"IncludeTax": True}},
    ],
)
def test_what_a_budget_cannot_be(budgets, more):
    assert code(budgets.create_budget, Budget={**MONTHLY, **more}) == "InvalidParameterException"
    assert budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"] == []


def test_a_cost_budget_needs_a_limit(budgets):
    budget = {name: value for name, value in MONTHLY.items() if name != "BudgetLimit"}
    answer = refusal(budgets.create_budget, AccountId=ACCOUNT, Budget=budget)
    assert answer["Error"] == {
        "Code": "InvalidParameterException",
        "Message": "Unable to create/update budget - please provide one of the followings: "
        "Budget Limit/ Planned Budget Limit/ Auto Adjust Data",
    }
    make(budgets, BudgetName="ri", BudgetType="RI_UTILIZATION", BudgetLimit={"Amount": "100", "Unit": "PERCENTAGE"})
    assert float(get(budgets, "ri")["BudgetLimit"]["Amount"]) == 100


def test_planned_limits_of_twelve_months(budgets):
    now = amid_a_month()
    this = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    starts = [
        this.replace(year=this.year + (this.month - 1 + n) // 12, month=(this.month - 1 + n) % 12 + 1)
        for n in range(12)
    ]
    planned = {str(int(at.timestamp())): {"Amount": str(n + 1), "Unit": "USD"} for n, at in enumerate(starts)}
    budget = {name: value for name, value in MONTHLY.items() if name != "BudgetLimit"}
    budgets.create_budget(AccountId=ACCOUNT, Budget={**budget, "PlannedBudgetLimits": planned})
    assert get(budgets)["PlannedBudgetLimits"] == planned
    assert get(budgets)["BudgetLimit"]["Amount"] == "1"
    later = F("clock_offset") + 31 * 86_400  # the middle of the plan's second month
    Sandbox.objects.filter(accounts=ACCOUNT).update(clock_offset=later)
    budgets.update_budget(AccountId=ACCOUNT, NewBudget={**budget, "PlannedBudgetLimits": planned})
    assert get(budgets)["PlannedBudgetLimits"] == planned
    assert get(budgets)["BudgetLimit"]["Amount"] == "2"
    other = {at: {"Amount": "9", "Unit": "USD"} for at in planned}
    assert (
        code(budgets.update_budget, NewBudget={**budget, "PlannedBudgetLimits": other}) == "InvalidParameterException"
    )


def test_one_budget_of_a_name_until_its_end_has_passed(cloud, budgets):
    make(budgets, TimePeriod={"End": datetime.now(UTC) + timedelta(days=3)})
    answer = refusal(budgets.create_budget, AccountId=ACCOUNT, Budget=MONTHLY)
    assert answer["Error"]["Code"] == "DuplicateRecordException"
    Sandbox.objects.filter(accounts=ACCOUNT).update(clock_offset=4 * 86_400)
    assert code(budgets.describe_budget, BudgetName="monthly") == "NotFoundException"
    make(budgets)
    assert len(budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]) == 1


def test_an_update_replaces_everything_but_name_and_alerts(budgets):
    make(budgets, [ALERT])
    start = get(budgets)["TimePeriod"]["Start"]
    budget = {**MONTHLY, "BudgetLimit": {"Amount": "25", "Unit": "USD"}, "CostTypes": {"IncludeTax": False}}
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=budget)
    found = get(budgets)
    assert (found["BudgetLimit"]["Amount"], found["CostTypes"]["IncludeTax"]) == ("25", False)
    assert found["TimePeriod"]["Start"] == start and len(alerts_of(budgets)) == 1
    assert code(budgets.update_budget, NewBudget={**MONTHLY, "BudgetName": "none"}) == "NotFoundException"


def test_deleted_with_its_alerts(budgets):
    make(budgets, [ALERT])
    budgets.delete_budget(AccountId=ACCOUNT, BudgetName="monthly")
    assert code(budgets.describe_budget, BudgetName="monthly") == "NotFoundException"
    answer = refusal(budgets.delete_budget, AccountId=ACCOUNT, BudgetName="monthly")
    said = "Unable to delete budget: monthly - the budget doesn't exist. Try creating it first. "
    assert answer["Error"]["Message"] == said
    make(budgets)
    assert alerts_of(budgets) == []


def test_pages_of_budgets(budgets):
    for number in range(3):
        make(budgets, BudgetName=f"b{number}")
    first = budgets.describe_budgets(AccountId=ACCOUNT, MaxResults=2)
    rest = budgets.describe_budgets(AccountId=ACCOUNT, MaxResults=2, NextToken=first["NextToken"])
    assert [one["BudgetName"] for one in first["Budgets"] + rest["Budgets"]] == ["b0", "b1", "b2"]
    assert "NextToken" not in rest
    assert code(budgets.describe_budgets, NextToken="?") == "InvalidNextTokenException"


def test_another_account_is_out_of_reach(budgets):
    other = "999999999999"
    for call, params in (
        (budgets.describe_budgets, {}),
        (budgets.create_budget, {"Budget": MONTHLY}),
        (budgets.delete_budget, {"BudgetName": "monthly"}),
    ):
        assert refusal(call, AccountId=other, **params)["Error"]["Code"] == "AccessDeniedException"


def test_the_api_asks_for_policies_and_not_for_the_billing_switch(cloud):
    viewer = cloud.client("budgets", cloud.user("viewer", allow("budgets:ViewBudget")))
    assert viewer.describe_budgets(AccountId=ACCOUNT)["Budgets"] == []
    answer = refusal(viewer.create_budget, AccountId=ACCOUNT, Budget=MONTHLY)["Error"]
    assert answer["Code"] == "AccessDeniedException" and f"budgets:ModifyBudget on resource: {ARN}" in answer["Message"]


def test_tags_at_creation_need_their_own_permission(cloud):
    maker = cloud.client("budgets", cloud.user("maker", allow("budgets:ModifyBudget")))
    tag = {"Key": "team", "Value": "bills"}
    answer = refusal(maker.create_budget, AccountId=ACCOUNT, Budget=MONTHLY, ResourceTags=[tag])
    assert "budgets:TagResource" in answer["Error"]["Message"]


def test_tags(budgets):
    make(budgets, tags=[{"Key": "team", "Value": "bills"}])
    budgets.tag_resource(ResourceARN=ARN, ResourceTags=[{"Key": "team", "Value": "tax"}, {"Key": "b", "Value": ""}])
    budgets.untag_resource(ResourceARN=ARN, ResourceTagKeys=["b", "none"])
    assert budgets.list_tags_for_resource(ResourceARN=ARN)["ResourceTags"] == [{"Key": "team", "Value": "tax"}]
    for arn, expected in ((ARN + "2", "NotFoundException"), ("arn:aws:s3:::x", "InvalidParameterException")):
        assert refusal(budgets.list_tags_for_resource, ResourceARN=arn)["Error"]["Code"] == expected
    reserved = [{"Key": "aws:x", "Value": "1"}]
    answer = refusal(budgets.tag_resource, ResourceARN=ARN, ResourceTags=reserved)
    assert answer["Error"]["Code"] == "InvalidParameterException"


def test_alerts_have_a_type_and_a_state(budgets):
    low = {**ALERT, "ComparisonOperator": "LESS_THAN", "Threshold": 1.0, "ThresholdType": "ABSOLUTE_VALUE"}
    make(budgets, [ALERT, low])
    assert [(one["ThresholdType"], one["NotificationState"]) for one in alerts_of(budgets)] == [
        ("PERCENTAGE", "OK"),
        ("ABSOLUTE_VALUE", "ALARM"),  # nothing spent is less than 1 USD
    ]
    found = budgets.describe_budget_notifications_for_account(AccountId=ACCOUNT)["BudgetNotificationsForAccount"]
    assert [(one["BudgetName"], len(one["Notifications"])) for one in found] == [("monthly", 2)]


def test_an_alert_is_changed_and_deleted(budgets):
    make(budgets, [ALERT])
    this, other = {"BudgetName": "monthly", "AccountId": ACCOUNT}, {**ALERT, "Threshold": 90.0}
    budgets.create_notification(**this, Notification=other, Subscribers=[MAIL, TOPIC])
    change = {"OldNotification": ALERT, "NewNotification": other, "BudgetName": "monthly"}
    assert code(budgets.update_notification, **change) == "DuplicateRecordException"
    budgets.update_notification(**this, OldNotification=other, NewNotification={**ALERT, "Threshold": 95.0})
    assert [one["Threshold"] for one in alerts_of(budgets)] == [80, 95]
    budgets.delete_notification(**this, Notification=ALERT)
    assert code(budgets.delete_notification, BudgetName="monthly", Notification=ALERT) == "NotFoundException"
    assert [one["Threshold"] for one in alerts_of(budgets)] == [95]


def test_a_budget_has_ten_alerts_and_an_alert_eleven_subscribers(budgets):
    make(budgets, [{**ALERT, "Threshold": float(number)} for number in range(10)])
    eleventh = {"BudgetName": "monthly", "Notification": ALERT, "Subscribers": [MAIL]}
    assert code(budgets.create_notification, **eleventh) == "CreationLimitExceededException"
    this = {"AccountId": ACCOUNT, "BudgetName": "monthly", "Notification": {**ALERT, "Threshold": 1.0}}
    for subscriber in [TOPIC, *map(mail, range(9))]:
        budgets.create_subscriber(**this, Subscriber=subscriber)
    for subscriber in (mail(9), {**TOPIC, "Address": TOPIC["Address"] + "2"}):
        answer = refusal(budgets.create_subscriber, **this, Subscriber=subscriber)
        assert answer["Error"]["Code"] == "CreationLimitExceededException"
    assert len(budgets.describe_subscribers_for_notification(**this)["Subscribers"]) == 11


def test_subscribers_are_changed_and_the_last_one_takes_the_alert_along(budgets):
    make(budgets, [ALERT])
    this = {"AccountId": ACCOUNT, "BudgetName": "monthly", "Notification": ALERT}
    budgets.update_subscriber(**this, OldSubscriber=MAIL, NewSubscriber=mail(1))
    assert budgets.describe_subscribers_for_notification(**this)["Subscribers"] == [mail(1)]
    answer = refusal(budgets.update_subscriber, **this, OldSubscriber=MAIL, NewSubscriber=mail(2))
    assert answer["Error"]["Code"] == "NotFoundException"
    budgets.delete_subscriber(**this, Subscriber=mail(1))
    assert alerts_of(budgets) == []


@pytest.mark.parametrize(
    ("alert", "subscriber"),
    [
        (ALERT, {**MAIL, "Address": "nobody"}),
        (ALERT, {**MAIL, "Address": "a@b.example\nx"}),
        (ALERT, {**MAIL, "Address": f"a@{'.' * 30_000}@"}),  # in no time, too
        (ALERT, {**TOPIC, "Address": "arn:aws:s3:::x"}),
        ({**ALERT, "Threshold": 1_000_001.0}, MAIL),
    ],
)
def test_what_an_alert_cannot_be(budgets, alert, subscriber):
    make(budgets)
    params = {"BudgetName": "monthly", "Notification": alert, "Subscribers": [subscriber]}
    assert code(budgets.create_notification, **params) == "InvalidParameterException"
    assert alerts_of(budgets) == []


def test_a_daily_budget_has_no_forecast(budgets):
    make(budgets, TimeUnit="DAILY")
    forecast = {**ALERT, "NotificationType": "FORECASTED"}
    params = {"BudgetName": "monthly", "Notification": forecast, "Subscribers": [MAIL]}
    assert code(budgets.create_notification, **params) == "InvalidParameterException"


def test_addresses_are_not_in_the_event(cloud, budgets):
    make(budgets, [ALERT])
    events = cloud.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateBudget"}]
    )["Events"]
    assert events[0]["EventSource"] == "budgets.amazonaws.com"
    assert "anna@bills.example" not in events[0]["CloudTrailEvent"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-1"])
def test_a_threshold_that_is_no_number(client, cloud, budgets, number):
    """As botocore would not write it."""
    make(budgets)

    def spoiled(request, **_):
        request.data = request.data.replace(b"12345.0", number.encode())

    budgets.meta.events.register("before-sign", spoiled)
    params = {"BudgetName": "monthly", "Notification": {**ALERT, "Threshold": 12345.0}, "Subscribers": [MAIL]}
    assert code(budgets.create_notification, **params) in ("SerializationException", "ValidationException")
