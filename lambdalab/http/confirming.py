"""The link in a SubscriptionConfirmation: whoever visits it confirms the subscription, without a signature.

On AWS it leads to SNS and carries a token that only the subscribed address was sent; the token is the key. Here it
leads to the lab. Follows https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html; lesson 08.
"""

from __future__ import annotations

from urllib.parse import urlencode
from xml.sax.saxutils import escape

from lambdalab.cloud.app import Cloud
from lambdalab.http import invoke
from lambdalab.http.door import Arrived

_ACTION = "ConfirmSubscription"
_SPACE = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"'


def address(endpoint: str, topic_arn: str, token: str) -> str:
    """The link."""
    return f"{endpoint}/?{urlencode({'Action': _ACTION, 'TopicArn': topic_arn, 'Token': token})}"


def answer(request: Arrived, cloud: Cloud) -> invoke.Answer | None:
    """Answer a visit of the link; None for any other request."""
    given = request.query
    if request.method != "GET" or request.path != "/" or given.get("Action") != _ACTION:
        return None
    headers = [("Content-Type", "text/xml")]
    try:
        arn = cloud.confirm_subscription(given.get("TopicArn", ""), given.get("Token", ""))
    except LookupError:
        error = "<Type>Sender</Type><Code>InvalidParameter</Code><Message>Invalid parameter: Token</Message>"
        return 400, headers, f"<ErrorResponse {_SPACE}><Error>{error}</Error></ErrorResponse>".encode()
    result = f"<{_ACTION}Result><SubscriptionArn>{escape(arn)}</SubscriptionArn></{_ACTION}Result>"
    return 200, headers, f"<{_ACTION}Response {_SPACE}>{result}</{_ACTION}Response>".encode()
