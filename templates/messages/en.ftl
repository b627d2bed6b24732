# The words of every page, in English. One file is one language; how they are written:
# https://projectfluent.org/fluent/guide/
#
# Second person, short, never blaming; a button is a verb and the page title says the same; no
# exclamation marks. What people wrote themselves (names, addresses) is never put inside a sentence:
# the templates set it apart, so that a name in another script cannot turn the sentence around.
# A variable is a number or a name from a fixed list unless its comment says otherwise.

## The language itself

# As its own speakers write it; shown in the language switch.
language-name = English
# ltr or rtl: which way the script runs.
language-direction = ltr

## On every page

# Name of the product, where there is no other.
common-brand = Authara
# Read out and shown before the title of a page that needs another look.
common-error-prefix = Error:
common-skip = Skip to content
common-check-fields = These need another look:
common-bad-form = We couldn’t read that form. Reload the page and try again.
common-security-check = This page may have been open for a while, or your browser may be blocking cookies. Reload it and try again.
common-no-access = Your account doesn’t have access to this page. If you need it, ask the people who run this service.
common-not-found = There is nothing at this address. The link may be old or incomplete.
common-method-not-allowed = This address can’t be opened this way. Go back to the page you came from and try again there.
common-internal = Something went wrong on our side. Wait a moment, then try again.
common-rate-limited = There were too many tries in a short time. Wait a few minutes, then try again.
common-rate-limited-for = { $minutes ->
    [one] There were too many tries in a short time. Wait a minute, then try again.
   *[other] There were too many tries in a short time. Wait { $minutes } minutes, then try again.
}
common-unavailable = This service can’t be reached right now. Wait a moment, then try again.
common-too-large = That was more than this page can accept. Shorten it and try again.
common-encoded = This page can’t read compressed data. Go back to the page you came from and try again there.
common-home = Go to the start page
common-try-again = Try again
common-cancel = Cancel

## Below every page

# Names of groups of links, for those who do not see them.
footer-legal = About this service
footer-languages = Language
footer-themes = Appearance
footer-terms = Terms
footer-privacy = Privacy
footer-support = Get help
# Names of the three buttons that show a screen, a sun and a moon.
theme-system = Same as device
theme-light = Light
theme-dark = Dark

## Short confirmations

toast-dismiss = Dismiss
flash-password-saved = Your password is saved. Your other devices are signed out.
flash-username-updated = Your username is changed.
flash-session-revoked = That device is signed out.
flash-others-revoked = All your other devices are signed out.

## Fields

field-email = E-mail
field-password = Password
field-new-password = Password

# The button beside a password, and what it is called for those who do not see it.
password-show = Show
password-hide = Hide
password-show-label = Show password
password-hide-label = Hide password

## Sign in

login-title = Sign in
# $brand (text): the name of the service.
login-lead = Use your { $brand } account.
login-submit = Sign in
login-busy = Signing in…
login-no-account = No account yet?
login-signup-link = Create account
login-missing = Enter both your e-mail and your password.
login-bad-credentials = That e-mail and password don’t match. Check both and try again.
login-session-refused = This account is disabled, so you can’t sign in. If you need it back, ask the people who run this service.

## Create account

signup-title = Create account
signup-lead = You need an e-mail address and a password.
signup-submit = Create account
signup-busy = Creating account…
signup-have-account = Already have an account?
signup-login-link = Sign in
# $min: number of characters, here and below.
signup-password-hint = At least { $min } characters. A few unrelated words work well.
signup-email-invalid = Enter an e-mail address like name@example.org.
signup-email-taken = There is already an account with this e-mail. Sign in, or use a different address.
signup-password-too-short = Use at least { $min } characters.
signup-password-too-long = Use at most { $max } characters.
signup-password-common = Many people use this password, so it’s easy to guess. Choose a different one.
signup-password-is-identity = This password is too close to your name or e-mail address. Choose a different one.
signup-app-only = New accounts can’t be created on the way to the admin area. Go back to the application and start from there.
signup-create-failed = We couldn’t create your account. Wait a moment, then try again.

## Sign out

logout-title = Sign out
logout-lead = You’ll need to sign in again on this device to continue.
logout-submit = Sign out
logout-busy = Signing out…
logout-cancel = Cancel

## Account

account-title = Your account
# Name of the links at the side or on top.
account-sections = On this page
# $brand (text): the name of the service.
account-back = Back to { $brand }

account-profile = Profile
account-username = Username
account-email = E-mail
# Followed by a date.
account-created = Member since

# The word at the end of the row that opens the form, and the one that closes it.
username-change = Change
username-close = Cancel
username-field = New username
username-hint = 3 to 30 letters (A to Z), digits, hyphens or underscores.
username-submit = Save username
username-busy = Saving…
username-taken = Somebody else has this username. Choose a different one.
username-invalid = Use 3 to 30 letters (A to Z), digits, hyphens or underscores.
username-reserved = This username is kept for the people who run this service. Choose a different one.

methods-title = Sign-in
methods-lead = How you prove that it’s you.
methods-password = Password
# Followed by how long ago: Set 3 days ago.
methods-password-since = Set
methods-password-set = Set
methods-password-missing = You don’t have a password yet.
methods-password-add = Add password
methods-password-change = Change password

sessions-title = Devices
sessions-lead = Where you’re signed in. If one of these isn’t yours, sign it out and change your password.
sessions-current = This device
# Followed by how long ago: Last used 3 minutes ago.
sessions-last-used = Last used
sessions-created = Signed in
sessions-revoke = Sign out
# $device: like device-on.
sessions-revoke-label = Sign out { $device }
sessions-revoke-current-label = Sign out this device
sessions-revoke-busy = Signing out…
sessions-revoke-others = Sign out all others
sessions-none = You’re not signed in anywhere else. Other devices will be listed here.
session-not-found = That device is signed out already. Reload the page to see the ones that are left.

# Names of browsers and systems are the same in all languages.
device-on = { $browser } on { $system }
device-unknown = Unknown device

account-delete-title = Delete account
account-delete-lead = Removes your account and everything in it, for good. We’ll ask you to confirm.
account-delete-link = Delete account

## Add password, change password

password-add-title = Add password
password-add-lead = With a password you can sign in by your e-mail address. Your other devices will be signed out.
password-add-submit = Add password
password-change-title = Change password
password-change-lead = You stay signed in here. Your other devices will be signed out.
password-change-submit = Change password
password-busy = Saving…
password-current-field = Current password
password-new-field = New password
password-confirm-field = Repeat the new password
password-current-missing = Enter your current password.
password-current-wrong = That isn’t your current password. Check it and try again.
password-mismatch = The two new passwords aren’t the same. Enter them again.
password-none = Your account has no password to change. Go back and add one.
password-exists = Your account has a password already. Go back and change it.

## Confirm it’s you

confirm-title = Confirm it’s you
confirm-lead = It’s been a while since you signed in. Enter your password to continue.
confirm-no-password = It’s been a while since you signed in, and your account has no password to ask for. Sign out and in again, then you can continue.
# Followed by an e-mail address.
confirm-signed-in-as = Signed in as
confirm-submit = Confirm
confirm-busy = Checking…
confirm-not-you = Not you?
confirm-sign-out = Sign out
confirm-missing = Enter your password.
confirm-wrong = That isn’t your password. Check it and try again.

## Delete account

delete-title = Delete account
delete-lead = This can’t be undone. Here is what happens:
delete-fact-data = Your profile and your ways to sign in are removed.
delete-fact-sessions = You’re signed out on all devices.
delete-fact-return = Nobody can bring the account back, not even the people who run this service.
delete-field = Your e-mail address
# Followed by an e-mail address.
delete-hint = To confirm, type
delete-submit = Delete account
delete-busy = Deleting…
delete-cancel = Keep account
delete-mismatch = That isn’t the e-mail address of this account. Type it as it’s shown.
delete-last-admin = You’re the last administrator here, so your account is still needed. Make somebody else an administrator first.
delete-last-owner = You own an organization that other people belong to, so your account is still needed. Make somebody else its owner first.

goodbye-title = Your account is deleted
goodbye-lead = You’re signed out on all devices. If you come back one day, you can create a new account.

## Errors

error-400 = Request not understood
error-403 = No access
# A form that was open for too long, or came from elsewhere.
error-stale = Reload this page
error-404 = Page not found
error-405 = Not possible here
error-413 = Too much at once
error-415 = Format not accepted
error-429 = Too many tries
error-500 = Something went wrong
error-503 = Not available right now

## Times

time-now = just now
time-minutes = { $count ->
    [one] a minute ago
   *[other] { $count } minutes ago
}
time-hours = { $count ->
    [one] an hour ago
   *[other] { $count } hours ago
}
time-days = { $count ->
    [one] a day ago
   *[other] { $count } days ago
}
# $day and $year are texts, $month one of the names below, $time like 02:31.
time-absolute = { $day } { $month } { $year }, { $time } UTC
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## Demonstration, in development only

demo-page-title = Demonstration
demo-title = Authara is running
demo-lead = This page stands in for your application. Authara protects it: sign-up, sign-in and sessions are taken care of.
demo-lead-next = Create an account, and this page will show you what your application learns about the person who signed in.
demo-signup = Create account
demo-login = Sign in
demo-account = Your account
demo-signed-in-title = You are signed in
demo-signed-in-lead = This page stands in for your application. Here is what it knows about you.
demo-email = E-mail
demo-username = Username
demo-organization = Organization
demo-roles = Roles
demo-no-roles = None
demo-user-id = User ID
demo-session-id = Session ID
demo-expires-at = Valid until
demo-sample-title = How this page knows
demo-sample-lead = Your application can ask the same way:
demo-unavailable-title = Authara can’t be reached
demo-unavailable-text = This page can’t tell whether you’re signed in right now. Check that the server and its database are running, then try again.
demo-retry = Try again
demo-development-only = You see this page only in development mode.
demo-api-link = API description
