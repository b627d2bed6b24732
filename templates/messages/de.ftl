# Die Wörter aller Seiten auf Deutsch. Was zu beachten ist, steht in en.ftl: dieselben Schlüssel,
# dieselben Variablen.
#
# „Sie“, kurz, ohne Vorwurf; ein Knopf sagt, was er tut, und die Überschrift sagt dasselbe; keine
# Ausrufezeichen.

## The language itself

language-name = Deutsch
language-direction = ltr

## On every page

common-brand = Authara
common-error-prefix = Fehler:
common-skip = Zum Inhalt springen
common-check-fields = Bitte sehen Sie sich das noch einmal an:
common-bad-form = Wir konnten dieses Formular nicht lesen. Laden Sie die Seite neu und versuchen Sie es noch einmal.
common-security-check = Diese Seite war vielleicht schon länger offen, oder Ihr Browser lässt keine Cookies zu. Laden Sie sie neu und versuchen Sie es noch einmal.
common-no-access = Ihr Konto hat keinen Zugriff auf diese Seite. Wenn Sie ihn brauchen, wenden Sie sich an die Betreiber dieses Dienstes.
common-not-found = Unter dieser Adresse gibt es nichts. Der Link ist vielleicht veraltet oder unvollständig.
common-method-not-allowed = Diese Adresse lässt sich so nicht öffnen. Gehen Sie zurück auf die Seite, von der Sie kommen, und versuchen Sie es dort noch einmal.
common-internal = Bei uns ist etwas schiefgegangen. Warten Sie einen Moment und versuchen Sie es dann noch einmal.
common-rate-limited = Das waren zu viele Versuche in kurzer Zeit. Warten Sie ein paar Minuten und versuchen Sie es dann noch einmal.
common-rate-limited-for = { $minutes ->
    [one] Das waren zu viele Versuche in kurzer Zeit. Warten Sie eine Minute und versuchen Sie es dann noch einmal.
   *[other] Das waren zu viele Versuche in kurzer Zeit. Warten Sie { $minutes } Minuten und versuchen Sie es dann noch einmal.
}
common-unavailable = Dieser Dienst ist gerade nicht erreichbar. Warten Sie einen Moment und versuchen Sie es dann noch einmal.
common-too-large = Das war mehr, als diese Seite annehmen kann. Kürzen Sie es und versuchen Sie es noch einmal.
common-encoded = Diese Seite kann keine komprimierten Daten lesen. Gehen Sie zurück auf die Seite, von der Sie kommen, und versuchen Sie es dort noch einmal.
common-home = Zur Startseite
common-try-again = Noch einmal versuchen
common-cancel = Abbrechen

## Below every page

footer-legal = Über diesen Dienst
footer-languages = Sprache
footer-themes = Darstellung
footer-terms = Nutzungsbedingungen
footer-privacy = Datenschutz
footer-support = Hilfe
theme-system = Wie das Gerät
theme-light = Hell
theme-dark = Dunkel

## Short confirmations

toast-dismiss = Schließen
flash-password-saved = Ihr Passwort ist gespeichert. Ihre anderen Geräte sind abgemeldet.
flash-username-updated = Ihr Benutzername ist geändert.
flash-session-revoked = Das Gerät ist abgemeldet.
flash-others-revoked = Alle Ihre anderen Geräte sind abgemeldet.

## Fields

field-email = E-Mail-Adresse
field-password = Passwort
field-new-password = Passwort

password-show = Anzeigen
password-hide = Verbergen
password-show-label = Passwort anzeigen
password-hide-label = Passwort verbergen

## Sign in

login-title = Anmelden
login-lead = Verwenden Sie Ihr Konto bei { $brand }.
login-submit = Anmelden
login-busy = Anmeldung läuft …
login-no-account = Noch kein Konto?
login-signup-link = Konto erstellen
login-missing = Geben Sie E-Mail-Adresse und Passwort ein.
login-bad-credentials = E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.
login-session-refused = Dieses Konto ist gesperrt, deshalb können Sie sich nicht anmelden. Wenn Sie es wieder brauchen, wenden Sie sich an die Betreiber dieses Dienstes.

## Create account

signup-title = Konto erstellen
signup-lead = Sie brauchen eine E-Mail-Adresse und ein Passwort.
signup-submit = Konto erstellen
signup-busy = Konto wird erstellt …
signup-have-account = Sie haben schon ein Konto?
signup-login-link = Anmelden
signup-password-hint = Mindestens { $min } Zeichen. Ein paar Wörter ohne Zusammenhang eignen sich gut.
signup-email-invalid = Geben Sie eine E-Mail-Adresse wie name@example.org ein.
signup-email-taken = Mit dieser E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich an oder verwenden Sie eine andere Adresse.
signup-password-too-short = Verwenden Sie mindestens { $min } Zeichen.
signup-password-too-long = Verwenden Sie höchstens { $max } Zeichen.
signup-password-common = Viele verwenden dieses Passwort, daher ist es leicht zu erraten. Wählen Sie ein anderes.
signup-password-is-identity = Dieses Passwort ist Ihrem Namen oder Ihrer E-Mail-Adresse zu ähnlich. Wählen Sie ein anderes.
signup-app-only = Auf dem Weg in den Verwaltungsbereich lassen sich keine neuen Konten erstellen. Gehen Sie zurück zur Anwendung und beginnen Sie dort.
signup-create-failed = Wir konnten Ihr Konto nicht erstellen. Warten Sie einen Moment und versuchen Sie es dann noch einmal.

## Sign out

logout-title = Abmelden
logout-lead = Um weiterzumachen, müssen Sie sich auf diesem Gerät danach neu anmelden.
logout-submit = Abmelden
logout-busy = Abmeldung läuft …
logout-cancel = Abbrechen

## Account

account-title = Ihr Konto
account-sections = Auf dieser Seite
account-back = Zurück zu { $brand }

account-profile = Profil
account-username = Benutzername
account-email = E-Mail-Adresse
account-created = Mitglied seit

username-change = Ändern
username-close = Abbrechen
username-field = Neuer Benutzername
username-hint = 3 bis 30 Buchstaben (A bis Z), Ziffern, Binde- oder Unterstriche.
username-submit = Benutzernamen speichern
username-busy = Wird gespeichert …
username-taken = Jemand anderes hat diesen Benutzernamen. Wählen Sie einen anderen.
username-invalid = Verwenden Sie 3 bis 30 Buchstaben (A bis Z), Ziffern, Binde- oder Unterstriche.
username-reserved = Dieser Benutzername ist den Betreibern dieses Dienstes vorbehalten. Wählen Sie einen anderen.

methods-title = Anmeldung
methods-lead = Womit Sie zeigen, dass Sie es sind.
methods-password = Passwort
methods-password-since = Festgelegt
methods-password-set = Festgelegt
methods-password-missing = Sie haben noch kein Passwort.
methods-password-add = Passwort hinzufügen
methods-password-change = Passwort ändern

sessions-title = Geräte
sessions-lead = Hier sind Sie angemeldet. Wenn eines davon nicht Ihres ist, melden Sie es ab und ändern Sie Ihr Passwort.
sessions-current = Dieses Gerät
sessions-last-used = Zuletzt benutzt
sessions-created = Angemeldet
sessions-revoke = Abmelden
sessions-revoke-label = { $device } abmelden
sessions-revoke-current-label = Dieses Gerät abmelden
sessions-revoke-busy = Abmeldung läuft …
sessions-revoke-others = Alle anderen abmelden
sessions-none = Sie sind nirgends sonst angemeldet. Andere Geräte stehen dann hier.
session-not-found = Das Gerät ist schon abgemeldet. Laden Sie die Seite neu, um die übrigen zu sehen.

device-on = { $browser } auf { $system }
device-unknown = Unbekanntes Gerät

account-delete-title = Konto löschen
account-delete-lead = Entfernt Ihr Konto und alles darin, für immer. Wir fragen vorher noch einmal nach.
account-delete-link = Konto löschen

## Add password, change password

password-add-title = Passwort hinzufügen
password-add-lead = Mit einem Passwort können Sie sich über Ihre E-Mail-Adresse anmelden. Ihre anderen Geräte werden abgemeldet.
password-add-submit = Passwort hinzufügen
password-change-title = Passwort ändern
password-change-lead = Hier bleiben Sie angemeldet. Ihre anderen Geräte werden abgemeldet.
password-change-submit = Passwort ändern
password-busy = Wird gespeichert …
password-current-field = Aktuelles Passwort
password-new-field = Neues Passwort
password-confirm-field = Neues Passwort wiederholen
password-current-missing = Geben Sie Ihr aktuelles Passwort ein.
password-current-wrong = Das ist nicht Ihr aktuelles Passwort. Prüfen Sie es und versuchen Sie es noch einmal.
password-mismatch = Die beiden neuen Passwörter sind nicht gleich. Geben Sie sie noch einmal ein.
password-none = Ihr Konto hat kein Passwort, das sich ändern lässt. Gehen Sie zurück und fügen Sie eines hinzu.
password-exists = Ihr Konto hat schon ein Passwort. Gehen Sie zurück und ändern Sie es.

## Confirm it’s you

confirm-title = Bestätigen, dass Sie es sind
confirm-lead = Ihre Anmeldung ist schon eine Weile her. Geben Sie Ihr Passwort ein, um fortzufahren.
confirm-no-password = Ihre Anmeldung ist schon eine Weile her, und Ihr Konto hat kein Passwort, nach dem wir fragen könnten. Melden Sie sich ab und wieder an, dann können Sie fortfahren.
confirm-signed-in-as = Angemeldet als
confirm-submit = Bestätigen
confirm-busy = Wird geprüft …
confirm-not-you = Das sind nicht Sie?
confirm-sign-out = Abmelden
confirm-missing = Geben Sie Ihr Passwort ein.
confirm-wrong = Das ist nicht Ihr Passwort. Prüfen Sie es und versuchen Sie es noch einmal.

## Delete account

delete-title = Konto löschen
delete-lead = Das lässt sich nicht rückgängig machen. Folgendes geschieht:
delete-fact-data = Ihr Profil und Ihre Anmeldewege werden entfernt.
delete-fact-sessions = Sie werden auf allen Geräten abgemeldet.
delete-fact-return = Niemand kann das Konto wiederherstellen, auch nicht die Betreiber dieses Dienstes.
delete-field = Ihre E-Mail-Adresse
delete-hint = Geben Sie zur Bestätigung ein:
delete-submit = Konto löschen
delete-busy = Wird gelöscht …
delete-cancel = Konto behalten
delete-mismatch = Das ist nicht die E-Mail-Adresse dieses Kontos. Geben Sie sie ein, wie sie dort steht.
delete-last-admin = Außer Ihnen verwaltet niemand diesen Dienst, deshalb wird Ihr Konto noch gebraucht. Geben Sie zuerst jemand anderem Verwaltungsrechte.
delete-last-owner = Ihnen gehört eine Organisation, in der noch andere sind, deshalb wird Ihr Konto noch gebraucht. Übertragen Sie sie zuerst jemand anderem.

goodbye-title = Ihr Konto ist gelöscht
goodbye-lead = Sie sind auf allen Geräten abgemeldet. Wenn Sie eines Tages wiederkommen, können Sie ein neues Konto erstellen.

## Errors

error-400 = Anfrage nicht verstanden
error-403 = Kein Zugriff
error-stale = Bitte laden Sie neu
error-404 = Seite nicht gefunden
error-405 = Hier nicht möglich
error-413 = Zu viel auf einmal
error-415 = Format nicht angenommen
error-429 = Zu viele Versuche
error-500 = Etwas ist schiefgegangen
error-503 = Gerade nicht erreichbar

## Times

time-now = gerade eben
time-minutes = { $count ->
    [one] vor einer Minute
   *[other] vor { $count } Minuten
}
time-hours = { $count ->
    [one] vor einer Stunde
   *[other] vor { $count } Stunden
}
time-days = { $count ->
    [one] vor einem Tag
   *[other] vor { $count } Tagen
}
time-absolute = { $day }. { $month } { $year }, { $time } UTC
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

## Demonstration, in development only

demo-page-title = Vorführung
demo-title = Authara läuft
demo-lead = Diese Seite steht für Ihre Anwendung. Authara schützt sie: Um Konten, Anmeldung und Sitzungen ist gesorgt.
demo-lead-next = Erstellen Sie ein Konto, dann zeigt diese Seite, was Ihre Anwendung über die angemeldete Person erfährt.
demo-signup = Konto erstellen
demo-login = Anmelden
demo-account = Ihr Konto
demo-signed-in-title = Sie sind angemeldet
demo-signed-in-lead = Diese Seite steht für Ihre Anwendung. Das weiß sie über Sie:
demo-email = E-Mail-Adresse
demo-username = Benutzername
demo-organization = Organisation
demo-roles = Rollen
demo-no-roles = Keine
demo-user-id = Benutzer-ID
demo-session-id = Sitzungs-ID
demo-expires-at = Gültig bis
demo-sample-title = Woher diese Seite das weiß
demo-sample-lead = Ihre Anwendung kann auf dieselbe Weise fragen:
demo-unavailable-title = Authara ist nicht erreichbar
demo-unavailable-text = Diese Seite kann gerade nicht feststellen, ob Sie angemeldet sind. Prüfen Sie, ob der Server und seine Datenbank laufen, und versuchen Sie es dann noch einmal.
demo-retry = Noch einmal versuchen
demo-development-only = Diese Seite sehen Sie nur im Entwicklungsmodus.
demo-api-link = API-Beschreibung
