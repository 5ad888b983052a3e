# Was Clients erfahren, wenn etwas abgelehnt wird, auf Deutsch. Namen und Variablen sind die der englischen Datei.
# Namen von Feldern, Argumenten und Headern der API bleiben, wie sie sind.

## The request as a whole

internal = Interner Fehler (Anfrage { $request })
unauthenticated = Bitte melden Sie sich zuerst an
forbidden = Dazu fehlt Ihnen die Berechtigung
idempotency-key-malformed = Ein Idempotenzschlüssel hat { $min } bis { $max } sichtbare ASCII-Zeichen
idempotency-key-required = Diese Änderung darf nicht zweimal geschehen: Senden Sie sie mit einem Idempotency-Key oder @idempotent(key:)
idempotency-mismatch = Dieser Idempotenzschlüssel gehört zu einer anderen Anfrage
idempotency-busy = Eine Anfrage mit diesem Idempotenzschlüssel läuft noch: versuchen Sie es gleich noch einmal
idempotency-answer-lost = Eine Anfrage mit diesem Idempotenzschlüssel wurde ausgeführt, ihre Antwort ging aber verloren: lesen Sie den jetzigen Stand
channel-header = X-Channel: Den Vertriebskanal „{ $slug }“ gibt es nicht
cart-token-missing = cartToken fehlt: Übergeben Sie es in der Eingabe oder als X-Cart-Token
document-cost = Das Dokument hat { $found } { $quantity ->
    [bytes] Bytes
    [tokens] Tokens
    [nesting] ineinander liegende Klammern
    [name] Bytes in einem Namen
    [directives] Direktiven
    [operations] Operationen
    [fragments] Fragmente
    [variables] Variablen
    [arguments] Argumente eines Felds
    [unknown-fields] Felder, die es nicht gibt
    [levels] ineinander liegende Auswahlen
    [depth] ineinander liegende Felder
    [introspection-depth] ineinander liegende Felder der Introspektion
    [introspection] Punkte für Introspektion
    [selections] ausgewählte Felder und Fragmente
    [spreads] eingesetzte Fragmente
    [aliases] Aliasse
    [root-mutations] Mutationen
    [values] Werte in Argumenten
    [work] Schritte der Prüfung
   *[points] Punkte
}, erlaubt sind höchstens { $most }
document-open-text = Syntaxfehler: Ein Text ist nicht geschlossen
document-cycle = Das Fragment „{ $fragment }“ enthält sich selbst
document-unknown-type = Den Typ „{ $name }“ gibt es nicht
text-with-nul = Texte dürfen das Zeichen U+0000 nicht enthalten: Die Datenbank kann es nicht speichern
document-untrusted = Dieser Server führt nur bekannte Dokumente aus, und dieses gehört nicht dazu
document-syntax = Syntaxfehler: { $reason }
operation-unnamed = Das Dokument enthält mehrere Operationen: Nennen Sie eine in operationName
operation-unknown = Das Dokument enthält keine Operation mit dem Namen aus operationName
subscription-root = Ein Abonnement hat genau ein Feld an seiner Wurzel, ohne Direktive daran und ohne Fragment darum
variable-misfit = Variable { $reason }
parameter-text = „{ $name }“ muss ein Text sein
parameter-object = „{ $name }“ muss ein Objekt sein
parameter-json = „{ $name }“ ist kein JSON: { $reason }
request-object = Eine GraphQL-Anfrage ist ein JSON-Objekt
request-batch = Senden Sie jede Anfrage einzeln: Stapel werden nicht angenommen
query-missing = „query“ fehlt
persisted-query-malformed = „extensions.persistedQuery“ braucht die Version 1 und einen sha256Hash
path-unknown = Unter diesem Pfad gibt es nichts
method-unknown = Dieser Pfad nimmt diese Methode nicht an
send-json = Senden Sie application/json in UTF-8
body-too-large = Der Inhalt ist größer als { $max } Bytes
body-cut = Der Inhalt ist unvollständig
get-changes-nothing = Über GET sind nur Abfragen möglich
not-acceptable = Antworten gibt es als application/graphql-response+json, application/json, text/event-stream oder multipart/mixed
subscription-needs-stream = Ein Abonnement braucht einen Datenstrom: Akzeptieren Sie text/event-stream oder multipart/mixed, oder verwenden Sie einen WebSocket
server-busy = Der Server ist ausgelastet
request-too-slow = Die Anfrage war nach { $seconds } s noch nicht vollständig
answer-too-slow = Keine Antwort innerhalb von { $seconds } s
throttled = Zu viele Anfragen: Ihr Kontingent ist aufgebraucht
answer-too-large = Die Antwort braucht mehr als { $max } Felder: Fragen Sie weniger ab
variables-too-many = Variablen dürfen höchstens { $max } Werte enthalten
too-many-operations = Auf dieser Verbindung sind bereits { $max } Operationen offen: Beenden Sie zuerst eine davon
token-expired = Ihre Anmeldung ist abgelaufen: Melden Sie sich erneut an
stopping = Der Server wird beendet: Verbinden Sie sich erneut
as-is = { $text }

## Arguments

at = { $place }: { $reason }
at-least = Muss mindestens { $min } sein
at-most = Höchstens { $max }
out-of-range = { $name } muss zwischen { $min } und { $max } liegen
not-empty = Darf nicht leer sein
not-null = Darf nicht null sein
id-malformed = Keine gültige ID
id-foreign = Erwartet wird eine ID, die mit „{ $prefix }_“ beginnt
entity-unknown = „{ $name }“ ist keine Entität
cursor-malformed = Kein gültiger Cursor
cursor-foreign = Der Cursor gehört zu einer anderen Liste oder Sortierung
currency-malformed = Kein Währungscode aus drei Großbuchstaben
currency-foreign = { $currency } ist nicht die Währung des Vertriebskanals { $channel }
amount-malformed = Keine Dezimalzahl
amount-too-precise = Mehr Nachkommastellen, als die Währung hat
amount-too-large = Zu groß
filter-too-large = Ein Filter darf höchstens { $max } Bedingungen enthalten
filter-too-deep = AND, OR und NOT dürfen höchstens { $max } Ebenen tief verschachtelt sein
search-filters = filters: Höchstens { $max }, mit je höchstens { $values } Werten
search-filter-takes = „{ $key }“ erwartet { $wanted }

## What is not there

channel-not-found = Diesen Vertriebskanal gibt es nicht
category-not-found = Diese Kategorie gibt es nicht
location-not-found = Diesen Lagerort gibt es nicht
product-not-found = Dieses Produkt gibt es nicht
variant-not-found = Diese Variante gibt es nicht
cart-not-found = Diesen Warenkorb gibt es nicht
payment-not-found = Diese Zahlung gibt es zu dem Warenkorb nicht
gateway-not-found = Diesen Zahlungsanbieter gibt es nicht

## Changes

failed = Das konnte nicht ausgeführt werden
version-stale = In der Zwischenzeit geändert: Aktuell ist Version { $version }

## Products

slug-taken = Der Slug „{ $slug }“ ist bereits vergeben
sku-taken = Die SKU „{ $sku }“ gehört zu einem anderen Produkt
opening-stock-present = Die Variante „{ $sku }“ gibt es bereits: Ändern Sie ihren Bestand mit stockAdjust
draft-name = Der Name muss 1 bis { $max } Zeichen lang sein
draft-slug = Der Slug „{ $slug }“ muss aus 1 bis { $max } Kleinbuchstaben, Ziffern und einzelnen Bindestrichen bestehen
draft-description = Die Beschreibung darf höchstens { $max } Bytes lang sein
draft-variants = Ein Produkt hat 1 bis { $max } Varianten
draft-sku = Die SKU „{ $sku }“ muss 1 bis { $max } Zeichen lang sein
draft-sku-twice = Die SKU „{ $sku }“ kommt mehrfach vor
draft-price = Der Preis von „{ $sku }“ muss zwischen 0 und { $max } kleinsten Währungseinheiten liegen
draft-weight = Das Gewicht von „{ $sku }“ muss zwischen 0 und { $max } Gramm liegen
draft-option = Die Option „{ $option }“ braucht einen eigenen Namen und mindestens einen Wert, jeden nur einmal
draft-selection = Die Variante „{ $sku }“ muss zu jeder Option genau einen vorhandenen Wert wählen
draft-selection-twice = Die Variante „{ $sku }“ hat dieselben Optionswerte wie eine andere
draft-attribute = Das Attribut „{ $key }“ braucht einen Schlüssel von 1 bis { $max } Zeichen und endliche Zahlen

## Stock

delta-zero = delta darf nicht 0 sein
stock-mismatch =
    { $available ->
        [one] Es ist ein Stück vorhanden
       *[other] Es sind { $available } Stück vorhanden
    }
units-left =
    { $available ->
        [0] Ausverkauft
       *[other] Nur noch { $available } Stück verfügbar
    }

## Carts

cart-completed = Aus dem Warenkorb ist bereits eine Bestellung geworden
cart-lines = Ein Warenkorb hat höchstens { $max } Positionen, ein Aufruf höchstens { $call }
cart-quantity = Die Menge muss zwischen { $min } und { $max } liegen
cart-variant-not-found = Diese Variante gibt es in diesem Vertriebskanal nicht
cart-line-not-found = Diese Position gibt es im Warenkorb nicht
cart-attributes = Eine Position hat höchstens { $max } Attribute mit je { $length } Zeichen, jeden Schlüssel nur einmal
cart-delivery = Der Warenkorb kann auf diesem Weg nicht geliefert werden
email-malformed = Keine gültige E-Mail-Adresse
address-field = Darf höchstens { $max } Zeichen und keine Steuerzeichen enthalten
country-not-served = „{ $country }“ ist kein Land, in das dieser Vertriebskanal verkauft
lines-merged = Gleiche Positionen des Aufrufs wurden zusammengefasst
problem-unavailable = { $sku } ist nicht mehr im Angebot
problem-insufficient =
    { $available ->
        [0] { $sku } ist ausverkauft
        [one] Von { $sku } ist nur noch ein Stück verfügbar
       *[other] Von { $sku } sind nur noch { $available } Stück verfügbar
    }

## Staff

staff-out-of-reach = Dafür fehlen Ihnen dort Berechtigungen: { $permissions }
staff-not-found = Dieses Mitglied des Teams gibt es nicht
staff-email-taken = Ein Mitglied des Teams hat diese Adresse schon
staff-not-invited = Es gibt keine offene Einladung
invitation-invalid = Die Einladung ist unbekannt, verbraucht oder zu alt: Bitten Sie um eine neue
last-owner = Der Shop braucht einen Inhaber: Ernennen Sie zuerst einen anderen
role-not-found = Diese Rolle gibt es nicht
role-name-taken = Eine andere Rolle heißt schon so
role-of-owners = Die Rolle der Inhaber bleibt, wie sie ist
role-owner-everywhere = Ein Inhaber ist es in jedem Kanal
role-in-use =
    { $people ->
        [one] Jemand hat diese Rolle noch
       *[other] Sie ist noch { $people }-mal vergeben
    }
permissions-empty = Wählen Sie mindestens eine Berechtigung
api-key-not-found = Diesen API-Schlüssel gibt es nicht
name-length = 1 bis { $max } Zeichen sind erlaubt
time-past = Muss in der Zukunft liegen

## Checkout

cart-empty = Der Warenkorb ist leer
cart-without-email = Im Warenkorb fehlt die E-Mail-Adresse
cart-without-address = Im Warenkorb fehlt die Lieferadresse
cart-without-delivery = Im Warenkorb fehlt die Versandart
line-not-for-sale = Eine Position ist nicht mehr im Angebot
payment-methods-not-kept = Dieser Zahlungsanbieter speichert keine Zahlungsmittel: Lassen Sie das Feld weg oder setzen Sie es auf false
payment-method-not-found = Dieses Zahlungsmittel ist hier nicht hinterlegt
payment-methods-full = Es sind schon { $max } Zahlungsmittel hinterlegt
gateway-away = Der Zahlungsanbieter antwortet nicht: Versuchen Sie es gleich noch einmal
payment-declined = Die Zahlung wurde abgelehnt
payment-action-required = Die Zahlung muss zuerst bestätigt werden
payment-pending = Die Zahlung ist noch in Bearbeitung: Bitte versuchen Sie es gleich noch einmal
payment-insufficient = { $missing } sind noch zu bezahlen
payment-amount = Bezahlt werden kann ein Betrag von der kleinsten Einheit bis { $due }
payments-full = Es gibt schon { $max } Zahlungen: Bezahlen Sie den Rest ohne Angabe eines Betrags
nothing-due = Es ist nichts zu bezahlen: Schließen Sie die Bestellung ab
gift-card-unknown = Kein Gutschein hat diesen Code
gift-card-over = Dieser Gutschein kann nicht mehr eingelöst werden
gift-card-currency = Dieser Gutschein lautet auf eine andere Währung
gift-card-balance = Auf diesem Gutschein sind { $balance }
gift-card-not-found = Diesen Gutschein gibt es nicht
gift-card-amount = Diesen Betrag kann ein Gutschein nicht enthalten oder verlieren
gift-card-expiry = Das Ende muss in der Zukunft liegen
note-too-long = Höchstens { $max } Zeichen
gateway-event-not-found = Dieses Ereignis gibt es nicht
gateway-event-ignored = Ereignisse dieser Art brauchen nichts
webhook-unknown = Diesen Zahlungsanbieter gibt es nicht
webhook-not-believed = { $reason ->
    [age] Die Unterschrift ist zu alt oder aus der Zukunft
    [malformed] Das ist nicht zu lesen
   *[signature] Die Unterschrift fehlt oder ist falsch
}
total-mismatch = Die Gesamtsumme beträgt { $total }

## Accounts

password-too-short = Das Passwort muss mindestens { $min } Zeichen haben
password-too-long = Das Passwort darf höchstens { $max } Zeichen haben
password-common = Dieses Passwort gehört zu denen, die zuerst probiert werden: Wählen Sie ein anderes
password-like-you = Das Passwort ähnelt Ihrem Namen oder Ihrer Adresse zu sehr
credentials-wrong = Adresse oder Passwort stimmt nicht, oder die Adresse ist noch nicht bestätigt: Schauen Sie nach dem Brief
token-invalid = Unbekannt, verbraucht oder zu alt
session-not-found = Diese Sitzung gibt es nicht
rate-limited = Zu viele Versuche: Versuchen Sie es in { $seconds } s wieder
refresh-token-missing = refreshToken fehlt: Übergeben Sie es in der Eingabe oder senden Sie das Cookie an /graphql/session
cookie-transport = Nur eine einzelne Antwort über HTTP kann ein Cookie setzen

## The second factor

mfa-setup-first = Dieser Shop verlangt von Mitarbeitern einen zweiten Faktor: Richten Sie ihn mit mfaSetup und mfaConfirm ein
mfa-required = Der Code des zweiten Faktors fehlt
mfa-present = Es gibt schon einen zweiten Faktor: Schalten Sie ihn zuerst ab
mfa-absent = Es gibt keinen zweiten Faktor, oder keinen, der auf einen Code wartet
mfa-code-wrong = Der Code ist falsch oder schon verbraucht
password-wrong = Das Passwort ist falsch
attempts-too-many = Zu viele Versuche: Bitte versuchen Sie es später noch einmal
address-book-full = Höchstens { $max } Adressen werden aufbewahrt
address-not-found = Diese Adresse gibt es nicht
customer-not-found = Diesen Kunden gibt es nicht
customer-without-account = Dieser Kunde hat kein Konto
email-taken = Diese Adresse hat bereits ein Konto
name-malformed = Höchstens { $max } Zeichen, keine spitzen Klammern und keine Steuerzeichen

## Sign-in at a provider

provider-not-found = Für diese Art von Konto gibt es keinen solchen Anbieter
provider-away = Der Anbieter antwortet nicht: Bitte versuchen Sie es später noch einmal
redirect-unknown = Diese Adresse ist für den Anbieter nicht eingerichtet
external-state = Diese Anmeldung wurde nicht hier begonnen, ist vorbei oder zu alt: Bitte beginnen Sie von vorn
external-refused = Der Anbieter bestätigt die Anmeldung nicht: Bitte beginnen Sie von vorn
external-email-unproven = Der Anbieter hat Ihre E-Mail-Adresse nicht bestätigt
external-account-unproven = Zu dieser Adresse gibt es ein Konto, das nicht bestätigt ist: Bestätigen Sie es zuerst
external-unknown = Hier gibt es kein Konto, bei dem Sie sich anmelden könnten

## Buchungen und Erstattungen

payment-not-authorized = Von dieser Zahlung ist nichts autorisiert
amount-not-positive = Der Betrag muss größer als null sein, in der Währung der Zahlung
capture-too-large = Es können nur { $left } eingezogen werden
capture-refused = Der Zahlungsanbieter hat den Einzug abgelehnt
order-not-found = Diese Bestellung gibt es nicht
order-payment-not-found = Die Bestellung hat diese Zahlung nicht
order-line-not-found = Die Bestellung hat diese Position nicht
order-not-captured = Für diese Bestellung wurde nichts eingezogen
refund-units = Von dieser Position { $available ->
    [one] kann nur noch eine Einheit
   *[other] können nur noch { $available } Einheiten
} erstattet werden
refund-shipping = Der Versand wurde bereits erstattet
refund-too-long = Ein Grund hat höchstens { $max } Zeichen und eine Erstattung höchstens { $most } Positionen
refund-too-large = Es können nur { $left } erstattet werden
refund-refused = Der Zahlungsanbieter hat die Erstattung abgelehnt

## Interactions
interaction-session = Die Sitzung braucht einen Namen von höchstens { $max } Bytes
interaction-event = Ein Ereignis braucht eine ID von höchstens { $max } Bytes
interaction-search = Die ID einer Suche hat höchstens { $max } Bytes und ist nicht leer
interaction-tracking = Kein Tracking-Token dieses Produkts

## Merchandising
merchandising-rule-not-found = Keine solche Merchandising-Regel
merchandising-unknown = Unter dieser ID gibt es nichts
merchandising-redirect = Muss ein Pfad des Shops wie /sale sein oder eine Adresse, die mit https:// oder http:// beginnt
merchandising-time = Muss nach dem Beginn liegen
synonym-not-found = Keine solchen Synonyme
synonym-count = Nötig sind zwei bis { $max } verschiedene Wörter, oder eines neben „word“
stop-word-not-found = Kein solches Stoppwort
stop-word-one = Muss ein Wort von 1 bis { $max } Zeichen sein
stop-word-taken = Ist schon ein Stoppwort
every-channel = Das gilt in jedem Vertriebskanal: nötig ist die Berechtigung für alle
search-period = Ein Zeitraum beginnt vor seinem Ende und hat höchstens { $max } Tage

## Questions about products
question-text = { $min } bis { $max } Zeichen sind erlaubt, und außer Zeilenumbrüchen keine Steuerzeichen
question-not-found = Diese Frage gibt es nicht
answer-not-found = Diese Antwort gibt es nicht
questions-waiting = { $max } Ihrer Fragen und Antworten warten schon: nach deren Durchsicht geht es weiter

## Experiments
experiment-not-found = Dieses Experiment gibt es nicht
experiment-channel = Diesen Kanal gibt es nicht
experiment-key = Ein Schlüssel hat 1 bis { $max } Kleinbuchstaben, Ziffern, Binde- und Unterstriche und ist nicht „holdout“
experiment-key-taken = Ein anderes Experiment hat diesen Schlüssel
experiment-started = Das Experiment wurde gestartet: Nur Name, Hypothese und Ende sind noch zu ändern
experiment-status = Das Experiment ist nicht in dem Zustand, in dem das geht
experiment-over = Das Ende des Experiments ist vorbei
experiment-layer = Eine Ebene ist ein Schlüssel, und nur Experimente mit eigenem Schlüssel wählen eine
experiment-layer-taken = Das Experiment „{ $other }“ läuft auf einem Teil derselben Einheiten
experiment-slots = Die Plätze liegen zwischen 0 und 10000 und enden hinter ihrem Anfang
experiment-arms = Ein Experiment hat 2 bis { $max } Arme
experiment-arm-twice = Ein anderer Arm hat diesen Schlüssel
experiment-payload = Eine Nutzlast hat höchstens { $max } Bytes und ist ein Objekt, wo der Shop selbst sie liest
experiment-form = Wer diese Nutzlast liest, versteht sie nicht: Sie nennt etwas, das es nicht gibt, oder die Arme handeln nicht vom Selben
experiment-number = { $name } liegt außerhalb des Bereichs
experiment-guardrails = Ein Experiment hat höchstens { $max } Leitplanken, eine je Kennzahl
experiment-revenue = Umsatz wird in der Währung eines Kanals gezählt: Wählen Sie einen
experiment-period = Das Ende liegt hinter dem Anfang
## Warum etwas empfohlen wird

recommended-together = In { $count } von { $of ->
    [one] { $of } Bestellung
   *[other] { $of } Bestellungen
} zusammen gekauft
recommended-bought = Weil Sie { $name } gekauft haben ({ $percent } % dessen, was dafür spricht)
recommended-history = Weil es zu Ihren Käufen passt
recommended-cart = Passt zu { $name } im Warenkorb ({ $percent } % dessen, was dafür spricht)
recommended-basket = Passt zu Ihrem Warenkorb
recommended-goes = Oft in Bestellungen mit { $name } ({ $percent } % dessen, was dafür spricht)
recommended-order = Oft in solchen Bestellungen
recommended-visits = Bei { $count } von { $of ->
    [one] { $of } ähnlichen Besuch
   *[other] { $of } ähnlichen Besuchen
} danach angesehen
recommended-similar = { $percent } % wie { $name }
recommended-alike = { $percent } % ähnlich
recommended-viewed = In { $count ->
    [one] { $count } Besuch
   *[other] { $count } Besuchen
} zusammen angesehen
recommended-category = { $sold ->
    [0] Aus derselben Kategorie
   *[other] Aus derselben Kategorie, { $sold } verkauft
}
recommended-brand = { $sold ->
    [0] Von derselben Marke
   *[other] Von derselben Marke, { $sold } verkauft
}
recommended-trending = Von { $buyers ->
    [one] { $buyers } Person
   *[other] { $buyers } Personen
} in den letzten { $days } Tagen gekauft
# Seit $day hat der Shop nichts verkauft.
recommended-trended = Von { $buyers ->
    [one] { $buyers } Person
   *[other] { $buyers } Personen
} in den { $days } Tagen bis { $day } gekauft
recommended-sold = { $sold ->
    [0] Beliebt in diesem Shop
   *[other] Beliebt in diesem Shop, { $sold } verkauft
}
recommended-seen = Kürzlich von Ihnen angesehen
recommended-again = { $days ->
    [0] Heute von Ihnen gekauft
    [one] Vor { $days } Tag von Ihnen gekauft
   *[other] Vor { $days } Tagen von Ihnen gekauft
}
recommended-chosen = Vom Shop ausgewählt
training-runs = es wird gerade trainiert
model-not-found = dieses Modell gibt es nicht mehr
model-unfinished = dieses Modell wurde nie fertig
rule-not-found = diese Regel gibt es nicht
rule-target = eine Regel gilt einem Produkt oder einer Kategorie: productId oder targetCategoryId angeben
rule-pin = ein angeheftetes Produkt braucht eine Position von { $min } bis { $max }, und nur dieses
rule-percent = eine Verstärkung braucht einen Prozentsatz von { $min } bis { $max }, und nur diese
rule-note = die Notiz ist länger als { $max } Zeichen
rule-times = endsAt liegt nicht hinter startsAt
rules-many = es gibt schon { $max } Regeln
exchange-malformed = das ist keine Datei des Austauschs: { $reason }
exchange-erased = Während die Datei geschrieben wurde, wurden Kunden gelöscht: Versuchen Sie es später noch einmal
exchange-not-found = diese Datei gibt es nicht
