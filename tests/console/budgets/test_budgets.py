"""Budgets in the console: from a template, custom, with alerts; behind the billing switch."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db
ACCOUNT = {"AccountId": "111122223333"}
BOTH = "a@bills.example, b@bills.example"


def make(session, name="monthly", amount="10", alerts=("80",)):
    budget = {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    budget["BudgetLimit"] = {"Amount": amount, "Unit": "USD"}
    mail = [{"SubscriptionType": "EMAIL", "Address": "a@bills.example"}]
    notifications = [{"Notification": alert(threshold), "Subscribers": mail} for threshold in alerts]
    params = {**ACCOUNT, "Budget": budget, "NotificationsWithSubscribers": notifications}
    session.call("budgets:CreateBudget", params)


def alert(threshold, unit="PERCENTAGE", kind="ACTUAL"):
    return {
        "NotificationType": kind,
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": float(threshold),
        "ThresholdType": unit,
    }


def budget_of(root, name="monthly"):
    return root.call("budgets:DescribeBudget", {**ACCOUNT, "BudgetName": name})["Budget"]


def alerts_of(root, name="monthly"):
    """(threshold, unit, kind) of each alert, and its addresses."""
    who = {**ACCOUNT, "BudgetName": name}
    found = {}
    for one in root.call("budgets:DescribeNotificationsForBudget", who)["Notifications"]:
        bare = {key: value for key, value in one.items() if key != "NotificationState"}
        sent = root.call("budgets:DescribeSubscribersForNotification", {**who, "Notification": bare})["Subscribers"]
        key = (one["Threshold"], one["ThresholdType"], one["NotificationType"])
        found[key] = [each["Address"] for each in sent]
    return found


class Walk:
    """One run of a wizard through Django's client."""

    def __init__(self, browser, start):
        self.browser = browser
        self.base = browser.get(start).url.rpartition("/")[0].rpartition("/")[0]

    def send(self, step, **data):
        return self.browser.post(f"{self.base}/{step}/", data)

    def see(self, step):
        return self.browser.get(f"{self.base}/{step}/").content.decode()


@pytest.fixture
def walk(browser_of, root):
    return Walk(browser_of, root.url("budget-create-start"))


def row(threshold="80", unit="PERCENTAGE", trigger="ACTUAL", emails="a@bills.example"):
    parts = {"threshold": threshold, "unit": unit, "trigger": trigger, "emails": emails, "topic": ""}
    return {f"alerts-{name}": value for name, value in {**parts, "comparison": "GREATER_THAN"}.items()}


def test_the_zero_spend_template(walk, root):
    """AWS: "notifies you once your spending exceeds $0.01"."""
    assert walk.send("choice", setup="template", template="zero").status_code == 302
    assert "Actual cost &gt; $0.01" in walk.see("details")
    assert "aws budgets create-budget" in walk.see("details")
    response = walk.send("details", name="No spending", emails=BOTH.replace(", ", "\n"))
    assert response.url == root.url("budgets")
    assert budget_of(root, "No spending")["TimeUnit"] == "MONTHLY"
    assert alerts_of(root, "No spending") == {(0.01, "ABSOLUTE_VALUE", "ACTUAL"): BOTH.split(", ")}


def test_the_monthly_cost_template(walk, root):
    """AWS: "85% and 100% of actual, and forecasted to reach 100%"."""
    walk.send("choice", setup="template", template="monthly")
    walk.send("details", name="monthly", amount="25", emails="a@bills.example")
    assert budget_of(root)["BudgetLimit"] == {"Amount": "25", "Unit": "USD"}
    assert set(alerts_of(root)) == {
        (85, "PERCENTAGE", "ACTUAL"),
        (100, "PERCENTAGE", "ACTUAL"),
        (100, "PERCENTAGE", "FORECASTED"),
    }


def test_a_custom_budget_with_two_alerts(walk, root):
    walk.send("choice", setup="custom", template="zero")
    details = {"name": "quarter", "period": "QUARTERLY", "renewal": "expiring", "end": "2080-01-01", "amount": "9.5"}
    assert walk.send("details", **details).status_code == 302
    rows = [row("50"), row("5", "ABSOLUTE_VALUE", "FORECASTED", BOTH)]
    assert walk.send("alerts", **{name: [one[name] for one in rows] for name in rows[0]}).status_code == 302
    review = walk.see("review")
    assert "Forecasted cost &gt; $5" in review and "--notifications-with-subscribers" in review
    assert walk.send("review").url == root.url("budgets")
    found = budget_of(root, "quarter")
    assert (found["TimeUnit"], found["BudgetLimit"]["Amount"]) == ("QUARTERLY", "9.5")
    assert found["TimePeriod"]["End"].year == 2080
    assert alerts_of(root, "quarter") == {
        (50, "PERCENTAGE", "ACTUAL"): ["a@bills.example"],
        (5, "ABSOLUTE_VALUE", "FORECASTED"): BOTH.split(", "),
    }


def test_alerts_are_added_and_taken_away_before_they_are_sent(walk):
    walk.send("choice", setup="custom", template="zero")
    walk.send("details", name="x", period="DAILY", renewal="recurring", amount="1")
    assert walk.send("alerts", look="alerts:add").content.decode().count('aria-label="Alert #') == 1
    more = walk.send("alerts", look="alerts:add", **row("70")).content.decode()
    assert more.count('aria-label="Alert #') == 2 and 'value="70"' in more
    assert 'value="70"' not in walk.send("alerts", look="alerts:drop:0", **row("70")).content.decode()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (row("x"), "Enter a threshold"),
        (row("-1"), "between 0 and"),
        (row("NaN"), "between 0 and"),
        (row(emails=""), "at least one"),
        (row(emails="nobody"), "nobody is no e-mail address"),
        (row(emails=" ".join(f"u{n}@bills.example" for n in range(11))), "at most 10"),
        (row(trigger="FORECASTED"), "Daily budgets"),
        (row(trigger="x"), "Choose from"),
        ({name: [value, value] for name, value in row().items()}, "twice"),
    ],
)
def test_what_is_wrong_with_an_alert_is_told(walk, sent, told):
    walk.send("choice", setup="custom", template="zero")
    walk.send("details", name="x", period="DAILY", renewal="recurring", amount="1")
    response = walk.send("alerts", **sent)
    assert response.status_code == 422 and told in " ".join(response.context["form"].errors["alerts"])


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a:b"}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"amount": "0"}, "amount"),
        ({"amount": "lots"}, "amount"),
        ({"renewal": "expiring"}, "end"),
        ({"renewal": "expiring", "end": "2001-01-01"}, "end"),
        ({"period": "HOURLY"}, "period"),
    ],
)
def test_what_is_wrong_with_the_details_is_told_at_its_field(walk, sent, field):
    walk.send("choice", setup="custom", template="zero")
    response = walk.send("details", **{"name": "x", "period": "DAILY", "renewal": "recurring", "amount": "1", **sent})
    assert response.status_code == 422 and response.context["form"].errors[field]


def test_a_name_that_is_taken_is_told_at_the_name(walk, root):
    make(root, "No spending")
    walk.send("choice", setup="template", template="zero")
    response = walk.send("details", name="No spending", emails="a@bills.example")
    assert "already exists" in walk.browser.get(response.url).content.decode()


def test_sent_twice_one_budget_is_made(walk, root):
    walk.send("choice", setup="template", template="zero")
    for _ in range(2):
        walk.send("details", name="once", emails="a@bills.example")
    assert len(root.call("budgets:DescribeBudgets", ACCOUNT)["Budgets"]) == 1


def test_an_edit_makes_only_the_calls_that_it_needs(browser_of, root):
    make(root, alerts=("80", "90"))
    walk = Walk(browser_of, root.url("budget-edit-start", name="monthly"))
    assert 'value="10"' in walk.see("details")
    details = {"name": "other", "period": "MONTHLY", "renewal": "recurring", "start": "", "amount": "20"}
    details["start"] = f"{budget_of(root)['TimePeriod']['Start']:%Y-%m-%d}"
    walk.send("details", **details)
    rows = [row("80", emails="b@bills.example"), row("95")]
    walk.send("alerts", **{name: [one[name] for one in rows] for name in rows[0]})
    planned = [call.operation.partition(":")[2] for call in browser_of.get(f"{walk.base}/review/").context["planned"]]
    assert planned == [
        "DeleteNotification",
        "UpdateBudget",
        "CreateNotification",
        "CreateSubscriber",
        "DeleteSubscriber",
    ]
    walk.send("review")
    assert budget_of(root)["BudgetLimit"]["Amount"] == "20"
    assert alerts_of(root) == {
        (80, "PERCENTAGE", "ACTUAL"): ["b@bills.example"],
        (95, "PERCENTAGE", "ACTUAL"): ["a@bills.example"],
    }


def test_the_list_and_a_budget_say_how_much_is_used(browser_of, root):
    make(root)
    html = browser_of.get(root.url("budgets")).content.decode()
    assert "$10.00" in html and "0.00%" in html and ">OK<" in html
    html = browser_of.get(root.url("budget", name="monthly")).content.decode()
    assert "Actual cost &gt; 80% of the budgeted amount" in html and "a@bills.example" in html
    assert "aws budgets describe-budget --account-id 111122223333 --budget-name monthly" in html


@pytest.mark.parametrize("name", ["..", "a/b?c#d", "<i>&amp;", "=cmd()"])
def test_any_name_that_aws_takes_is_a_page(browser_of, root, name):
    make(root, name)
    html = browser_of.get(root.url("budgets")).content.decode()
    assert "<i>&amp;" not in html
    response = browser_of.get(root.url("budget", name=name))
    assert response.status_code == 200 and response.context["name"] == name
    browser_of.post(root.url("budgets-delete"), {"selected": name})
    assert browser_of.get(root.url("budget", name=name)).status_code == 404


def test_several_are_deleted_after_a_question(browser_of, root):
    for name in ("a", "b"):
        make(root, name)
    address = root.url("budgets-delete")
    assert "Delete 2 budgets?" in browser_of.get(address, {"selected": ["a", "b"]}).content.decode()
    browser_of.post(address, {"selected": ["a", "b"]})
    assert root.call("budgets:DescribeBudgets", ACCOUNT)["Budgets"] == []
    assert "No budgets" in browser_of.get(root.url("budgets")).content.decode()


def test_budgets_are_closed_until_root_opens_billing(browser_of, root, user):
    make(root)
    anna = user("anna", "AdministratorAccess")
    closed = "IAM user access not activated"
    assert closed in browser_of.get(anna.url("budgets")).content.decode()
    assert closed in browser_of.get(anna.url("budget", name="monthly")).content.decode()
    walk = Walk(browser_of, anna.url("budget-create-start"))
    walk.send("choice", setup="template", template="zero")
    response = walk.send("details", name="annas", emails="a@bills.example")
    assert closed in browser_of.get(response.url).content.decode()
    root.call("accounts:UpdateIamBillingAccess", {"Active": True})
    walk.send("details", name="annas", emails="a@bills.example")
    assert "annas" in browser_of.get(anna.url("budgets")).content.decode()


def test_open_billing_alone_gives_nothing(browser_of, root, user):
    make(root)
    root.call("accounts:UpdateIamBillingAccess", {"Active": True})
    mario = user("mario")
    html = browser_of.get(mario.url("budgets")).content.decode()
    assert "no identity-based policy allows the budgets:ViewBudget action" in html and "monthly" not in html


@pytest.mark.parametrize(
    "kept",
    [
        {
            "BudgetType": "COST",
            "FilterExpression": {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Simple Storage Service"]}},
            "Metrics": ["UnblendedCost"],
            "BudgetLimit": {"Amount": "10", "Unit": "USD"},
        },
        {"BudgetType": "USAGE", "BudgetLimit": {"Amount": "10", "Unit": "GB"}},
    ],
)
def test_an_edit_keeps_what_its_form_cannot_hold(browser_of, root, kept):
    budget = {"BudgetName": "monthly", "TimeUnit": "MONTHLY", **kept}
    root.call("budgets:CreateBudget", {**ACCOUNT, "Budget": budget})
    walk = Walk(browser_of, root.url("budget-edit-start", name="monthly"))
    walk.send("details", period="MONTHLY", renewal="recurring", amount="25")
    walk.send("alerts")
    walk.send("review")
    found = root.call("budgets:DescribeBudget", {**ACCOUNT, "BudgetName": "monthly", "ShowFilterExpression": True})
    limit = {"Amount": "25", "Unit": kept["BudgetLimit"]["Unit"]}
    assert {key: found["Budget"].get(key) for key in kept} == {**kept, "BudgetLimit": limit}


def planned_limits(now):
    """A plan of four quarters, as the Budgets API Reference asks for it: "PlannedBudgetLimits"."""
    year, first = now.year, now.month - (now.month - 1) % 3
    months = [(year + (first - 1 + 3 * n) // 12, (first - 1 + 3 * n) % 12 + 1) for n in range(4)]
    starts = [str(int(datetime(*month, 1, tzinfo=UTC).timestamp())) for month in months]
    return {at: {"Amount": str(10 + n), "Unit": "USD"} for n, at in enumerate(starts)}


@pytest.mark.parametrize("name", ["PlannedBudgetLimits", "AutoAdjustData"])
def test_an_edit_keeps_limits_that_are_planned_or_adjusted(browser_of, root, name):
    kept = planned_limits(root.now) if name == "PlannedBudgetLimits" else {"AutoAdjustType": "FORECAST"}
    budget = {"BudgetName": "monthly", "TimeUnit": "QUARTERLY", "BudgetType": "COST", name: kept}
    root.call("budgets:CreateBudget", {**ACCOUNT, "Budget": budget})
    walk = Walk(browser_of, root.url("budget-edit-start", name="monthly"))
    page = walk.see("details")
    assert "are kept" in page and "Enter your budgeted amount" not in page
    walk.send("details", renewal="expiring", end="2080-01-01")
    walk.send("alerts")
    told = {"PlannedBudgetLimits": "As planned for each period", "AutoAdjustData": "Adjusted automatically"}
    assert told[name] in walk.see("review")
    walk.send("review")
    found = root.call("budgets:DescribeBudget", {**ACCOUNT, "BudgetName": "monthly"})["Budget"]
    assert {key: found[name][key] for key in kept} == kept
    assert (found["TimeUnit"], found["TimePeriod"]["End"].year) == ("QUARTERLY", 2080)


@pytest.mark.parametrize("place", ["budgets", "budgets-delete", "budget-create-start", "budget-edit-start", "budget"])
def test_strangers_find_nothing(client, stranger, root, place):
    client.force_login(stranger)
    assert client.get(root.url(place)).status_code == 404


def test_more_budgets_and_alerts_cost_no_more_queries(browser_of, root):
    make(root)

    def cost(address):
        browser_of.get(address)
        with CaptureQueriesContext(connection) as found:
            assert browser_of.get(address).status_code == 200
        return len(found)

    addresses = [root.url("budgets"), root.url("budget", name="full")]
    make(root, "full")
    few = [cost(address) for address in addresses]
    for number in range(20):
        make(root, f"more-{number}")
    who = {**ACCOUNT, "BudgetName": "full"}
    for threshold in range(1, 9):
        mail = [{"SubscriptionType": "EMAIL", "Address": "a@bills.example"}]
        root.call("budgets:CreateNotification", {**who, "Notification": alert(threshold), "Subscribers": mail})
    assert [cost(address) for address in addresses] == few
    assert max(few) <= 15


def edited(browser, root, amount, threshold):
    """An edit of the budget in a tab of its own, up to the review."""
    walk = Walk(browser, root.url("budget-edit-start", name="monthly"))
    start = f"{budget_of(root)['TimePeriod']['Start']:%Y-%m-%d}"
    walk.send("details", period="MONTHLY", renewal="recurring", start=start, amount=amount)
    one = row(threshold)
    walk.send("alerts", **{name: [one[name]] for name in one})
    return walk


def test_the_second_of_two_tabs_is_told_of_the_first_ones_change_and_loses_nothing(browser_of, root):
    make(root)
    first, second = edited(browser_of, root, "20", "80"), edited(browser_of, root, "30", "95")
    assert first.send("review").url == root.url("budgets")
    answer = second.send("review")
    assert answer.url == f"{second.base}/review/"
    page = browser_of.get(answer.url).content.decode()
    assert "has changed since you opened the page" in page and "($): 20" in page
    assert "$30" in page and "95" in page
    assert budget_of(root)["BudgetLimit"]["Amount"] == "20" and list(alerts_of(root)) == [(80, "PERCENTAGE", "ACTUAL")]
    assert second.send("review").url == root.url("budgets")
    assert budget_of(root)["BudgetLimit"]["Amount"] == "30" and list(alerts_of(root)) == [(95, "PERCENTAGE", "ACTUAL")]


def test_an_alert_that_another_tab_made_is_told_too(browser_of, root):
    make(root)
    tab = edited(browser_of, root, "20", "80")
    mail = {"SubscriptionType": "EMAIL", "Address": "c@bills.example"}
    new = {"BudgetName": "monthly", "Notification": alert("99"), "Subscribers": [mail]}
    root.call("budgets:CreateNotification", {**ACCOUNT, **new})
    page = browser_of.get(tab.send("review").url).content.decode()
    assert "c@bills.example" in page and "Delete alert" in page  # the plan is made upon what is there now


def test_an_edit_sent_twice_is_no_change_of_somebody_elses(browser_of, root):
    make(root)
    tab = edited(browser_of, root, "20", "90")
    assert tab.send("review").url == root.url("budgets")
    assert "/result/" in tab.send("review").url
    assert "has changed" not in browser_of.get(root.url("budgets")).content.decode()


def test_a_budget_that_another_tab_deleted_can_be_made_anew_from_what_was_typed(browser_of, root):
    make(root)
    tab = edited(browser_of, root, "20", "90")
    root.call("budgets:DeleteBudget", {**ACCOUNT, "BudgetName": "monthly"})
    answer = tab.send("review")
    review = browser_of.get(answer.url)
    assert "was deleted since you opened the page" in review.content.decode()
    assert [call.operation for call in review.context["planned"]] == ["budgets:CreateBudget"]
    assert tab.send("review").url == root.url("budgets")
    assert "has been created" in browser_of.get(root.url("budgets")).content.decode()
    assert budget_of(root)["BudgetLimit"]["Amount"] == "20"
    assert alerts_of(root) == {(90, "PERCENTAGE", "ACTUAL"): ["a@bills.example"]}
