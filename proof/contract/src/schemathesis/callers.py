"""Who sends schemathesis's requests: each request has a caller of its own, who has done nothing yet.

An operation that ends a session therefore ends nobody else's, and what one request did to an account
decides nothing for the next. Where schemathesis takes a credential away on purpose, it is not asked
for a caller. The environment says where the server is and which of the three callers it is.
"""

import itertools
import os

import requests
import schemathesis

SERVER = os.environ["AUTHARA_TEST_SERVER"]
CALLER = os.environ["AUTHARA_TEST_CALLER"]
API = f"{SERVER}/auth/api/v1"
NUMBERS = itertools.count()


def visit():
    """The cookies of somebody who has just arrived: a CSRF value and no session."""
    answer = requests.get(f"{API}/csrf", timeout=30)
    answer.raise_for_status()
    return {"authara_csrf": answer.json()["csrf_token"]}


def sign_up():
    """The cookies and the access token of somebody who has just signed up."""
    cookies = visit()
    answer = requests.post(
        f"{API}/signup/direct",
        json={"email": f"{CALLER}-{next(NUMBERS)}@example.org", "password": "correct horse battery"},
        headers={"X-CSRF-Token": cookies["authara_csrf"]},
        cookies=cookies,
        timeout=30,
    )
    answer.raise_for_status()
    return {**cookies, **answer.cookies.get_dict()}, answer.json()["access_token"]


@schemathesis.auth(refresh_interval=None)
class Caller:
    """Makes a caller for each request, and gives the request what this caller presents."""

    def get(self, case, context):
        if CALLER == "visitor":
            return visit(), None
        if CALLER == "browser":
            cookies, _ = sign_up()
            return cookies, None
        if CALLER == "bearer":
            _, token = sign_up()
            return {}, token
        raise ValueError(f"nobody is called {CALLER}")

    def set(self, case, data, context):
        cookies, token = data
        if token is not None:
            case.headers["Authorization"] = f"Bearer {token}"
        if cookies:
            case.cookies.update(cookies)
            case.headers["X-CSRF-Token"] = cookies["authara_csrf"]
