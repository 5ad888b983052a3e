# What clients are told when something is refused, in English: the default, and what logs say.
#
# Codes are stable and stand in the schema; these texts are for people and may be reworded at any time. Every other
# language has a file like this one beside it, with the same names and the same variables; a test compares them with each
# other and with the code. The form is that of Project Fluent: https://projectfluent.org/fluent/guide/

## The request as a whole

# $request is the id under which the log has the story.
internal = internal error (request { $request })
unauthenticated = sign in first
forbidden = not allowed
idempotency-key-malformed = an idempotency key has { $min } to { $max } visible ASCII characters
idempotency-key-required = this change must not happen twice: send it with an Idempotency-Key, or @idempotent(key:)
idempotency-mismatch = this idempotency key was used for another request
idempotency-busy = a request with this idempotency key is still running: try again soon
idempotency-answer-lost = a request with this idempotency key was carried out, but its answer was lost: read the present state
channel-header = X-Channel: no channel "{ $slug }"
cart-token-missing = cartToken is missing: pass it in the input or as X-Cart-Token
# Fragments, variables and pages count with all that they stand for.
document-cost = the document has { $found } { $quantity ->
    [bytes] bytes
    [tokens] tokens
    [nesting] brackets inside each other
    [name] bytes in a name
    [directives] directives
    [operations] operations
    [fragments] fragments
    [variables] variables
    [arguments] arguments of a field
    [unknown-fields] fields that do not exist
    [levels] selection sets inside each other
    [depth] fields inside each other
    [introspection-depth] introspection fields inside each other
    [introspection] points of introspection
    [selections] selections
    [spreads] fragment spreads
    [aliases] aliases
    [root-mutations] mutations
    [values] values in arguments
    [work] steps of validation
   *[points] points
}, at most { $most } are allowed
document-open-text = syntax error: a text is not closed
document-cycle = fragment "{ $fragment }" spreads itself
document-unknown-type = unknown type "{ $name }"
text-with-nul = text must not contain the character U+0000: the database cannot keep it
document-untrusted = this server runs trusted documents only, and this is none of them
# $reason is said by the parser, in English.
document-syntax = syntax error: { $reason }
operation-unnamed = the document has several operations: name one in operationName
operation-unknown = the document has no operation of the name in operationName
subscription-root = a subscription has exactly one field at its root, with no directive on it or fragment around it
# $reason names the variable and its type, in English like the schema.
variable-misfit = variable { $reason }
parameter-text = "{ $name }" must be a text
parameter-object = "{ $name }" must be an object
# $reason is said by the reader of JSON, in English.
parameter-json = "{ $name }" is not JSON: { $reason }
request-object = a GraphQL request is a JSON object
request-batch = send one request at a time: batches are not taken
query-missing = "query" is missing
persisted-query-malformed = "extensions.persistedQuery" needs version 1 and a sha256Hash
path-unknown = there is nothing at this path
method-unknown = this path does not take this method
send-json = send application/json in UTF-8
body-too-large = the body is larger than { $max } bytes
body-cut = the body ended early
get-changes-nothing = only queries may be sent by GET
not-acceptable = answers come as application/graphql-response+json, application/json, text/event-stream or multipart/mixed
subscription-needs-stream = a subscription needs a stream: accept text/event-stream or multipart/mixed, or use a WebSocket
server-busy = the server is busy
request-too-slow = the request did not arrive within { $seconds } s
answer-too-slow = no answer within { $seconds } s
throttled = too many requests: the budget is used up
answer-too-large = the answer takes more than { $max } fields: ask for less
variables-too-many = variables may hold { $max } values
too-many-operations = { $max } operations are open on this connection: complete one first
token-expired = the token has expired: sign in again
stopping = the server is stopping: connect again
# Words that clients look for, the same in all languages.
as-is = { $text }

## Arguments

# $place is the name of an argument, such as where.price.gte; $reason is one of the texts below.
at = { $place }: { $reason }
at-least = must be at least { $min }
at-most = at most { $max }
out-of-range = { $name } must be between { $min } and { $max }
not-empty = must not be empty
not-null = must not be null
id-malformed = malformed id
id-foreign = expected an id that starts with "{ $prefix }_"
entity-unknown = "{ $name }" is no entity
cursor-malformed = malformed cursor
cursor-foreign = the cursor belongs to another list or sort order
currency-malformed = not a currency code of three capital letters
currency-foreign = { $currency } is not the currency of channel { $channel }
amount-malformed = not a decimal number
amount-too-precise = more decimals than the currency has
amount-too-large = too large
filter-too-large = a filter may hold { $max } conditions
filter-too-deep = AND, OR and NOT may nest { $max } levels
search-filters = filters: at most { $max }, with at most { $values } values each
# $wanted is the name of a field of the input: values or range.
search-filter-takes = "{ $key }" takes { $wanted }

## What is not there

channel-not-found = no such channel
category-not-found = no such category
location-not-found = no such location
product-not-found = no such product
variant-not-found = no such variant
cart-not-found = no such cart
payment-not-found = the cart has no such payment
gateway-not-found = no such gateway

## Changes

failed = this could not be done
version-stale = changed in the meantime: it is at version { $version }

## Products

slug-taken = slug "{ $slug }" is taken
sku-taken = sku "{ $sku }" belongs to another product
opening-stock-present = variant "{ $sku }" is there already: change its stock with stockAdjust
draft-name = name must have 1 to { $max } characters
draft-slug = slug "{ $slug }" must have 1 to { $max } lower-case letters, digits and single hyphens
draft-description = description must not be longer than { $max } bytes
draft-variants = a product has 1 to { $max } variants
draft-sku = sku "{ $sku }" must have 1 to { $max } characters
draft-sku-twice = sku "{ $sku }" comes twice
draft-price = price of "{ $sku }" must be between 0 and { $max } minor units
draft-weight = weight of "{ $sku }" must be between 0 and { $max } grams
draft-option = option "{ $option }" needs a name of its own and at least one value, each once
draft-selection = variant "{ $sku }" must choose one known value of each option
draft-selection-twice = variant "{ $sku }" repeats the option values of another
draft-attribute = attribute "{ $key }" needs a key of 1 to { $max } characters and finite numbers

## Stock

delta-zero = delta must not be 0
stock-mismatch =
    { $available ->
        [one] there is one unit on hand
       *[other] there are { $available } units on hand
    }
units-left =
    { $available ->
        [0] sold out
       *[other] only { $available } left
    }

## Carts

cart-completed = the cart has become an order
cart-lines = a cart has at most { $max } lines, a call at most { $call }
cart-quantity = quantity must be between { $min } and { $max }
cart-variant-not-found = no such variant in this channel
cart-line-not-found = the cart has no such line
cart-attributes = a line has at most { $max } attributes of { $length } characters, each key once
cart-delivery = the cart cannot be delivered that way
email-malformed = not an e-mail address
address-field = must have at most { $max } characters and no control characters
country-not-served = "{ $country }" is not a country this channel sells to
lines-merged = equal lines of the call became one
problem-unavailable = { $sku } is no longer on sale
problem-insufficient =
    { $available ->
        [0] { $sku } is sold out
       *[other] only { $available } of { $sku } left
    }

## Staff

staff-out-of-reach = that takes permissions that you do not have there: { $permissions }
staff-not-found = no such member of staff
staff-email-taken = a member of staff has this address already
staff-not-invited = there is no open invitation
invitation-invalid = the invitation is unknown, used or too old: ask for another one
last-owner = the shop needs an owner: make another one first
role-not-found = no such role
role-name-taken = another role has this name
role-of-owners = the role of owners stays as it is
role-owner-everywhere = an owner is one in every channel
role-in-use =
    { $people ->
        [one] somebody still has this role
       *[other] it is still given { $people } times
    }
permissions-empty = choose at least one permission
api-key-not-found = no such API key
name-length = must have 1 to { $max } characters
time-past = must lie in the future

## Checkout

cart-empty = the cart is empty
cart-without-email = the cart has no e-mail address
cart-without-address = the cart has no shipping address
cart-without-delivery = the cart has no way of delivery
line-not-for-sale = a line is no longer on sale
payment-methods-not-kept = this gateway keeps no payment methods: leave it out or say false
payment-method-not-found = this customer keeps no such payment method
payment-methods-full = there are { $max } payment methods already
gateway-away = the gateway does not answer: try again soon
payment-declined = the payment was refused
payment-action-required = the shopper must confirm the payment first
payment-pending = the payment is still pending: try again soon
payment-insufficient = { $missing } is still to be paid
payment-amount = an amount from the smallest unit up to { $due } can be paid
payments-full = there are { $max } payments already: pay the rest without an amount
nothing-due = there is nothing to pay: complete the checkout
gift-card-unknown = no gift card has this code
gift-card-over = this gift card can no longer be spent
gift-card-currency = this gift card is in another currency
gift-card-balance = there is { $balance } on this gift card
gift-card-not-found = no such gift card
gift-card-amount = the amount is not one that a gift card can hold or lose
gift-card-expiry = the end must be in the future
note-too-long = at most { $max } characters
gateway-event-not-found = no such event
gateway-event-ignored = events of this kind need nothing
webhook-unknown = no such gateway
webhook-not-believed = { $reason ->
    [age] it was signed too long ago, or in the future
    [malformed] it cannot be read
   *[signature] the signature is missing or wrong
}
total-mismatch = the total is { $total }

## Accounts

password-too-short = the password must have at least { $min } characters
password-too-long = the password must have at most { $max } characters
password-common = this password is one of those that are tried first: choose another one
password-like-you = the password is too much like your name or address
credentials-wrong = address or password is not right, or the address is not confirmed yet: look for the letter
token-invalid = unknown, used up or too old
session-not-found = no such session
rate-limited = too many attempts: try again in { $seconds } s
refresh-token-missing = refreshToken is missing: pass it in the input, or send the cookie to /graphql/session
cookie-transport = a cookie can be set by a single answer over HTTP only

## The second factor

mfa-setup-first = this shop asks members of staff for a second factor: set one up with mfaSetup and mfaConfirm
mfa-required = the code of the second factor is needed
mfa-present = there is a second factor already: take it away first
mfa-absent = there is no second factor, or none that waits for a code
mfa-code-wrong = the code is wrong, or was used before
password-wrong = the password is wrong
attempts-too-many = too many attempts: try again later
address-book-full = at most { $max } addresses are kept
address-not-found = no such address
customer-not-found = no such customer
customer-without-account = this customer has no account
email-taken = this address has an account already
name-malformed = at most { $max } characters, no angle brackets and no control characters

## Sign-in at a provider

provider-not-found = no such provider for this kind of account
provider-away = the provider does not answer: try again later
redirect-unknown = this address is not one of those that are set up for the provider
external-state = this sign-in was not begun here, is over, or is too old: begin again
external-refused = the provider does not confirm the sign-in: begin again
external-email-unproven = the provider has not confirmed your e-mail address
external-account-unproven = there is an account with this address that is not confirmed: confirm it first
external-unknown = there is no account here that you could sign in to

## Captures and refunds

payment-not-authorized = nothing of the payment is authorised
amount-not-positive = the amount must be more than zero, in the currency of the payment
capture-too-large = only { $left } can be captured
capture-refused = the gateway refused to capture it
order-not-found = there is no such order
order-payment-not-found = the order has no such payment
order-line-not-found = the order has no such line
order-not-captured = nothing was captured for the order
refund-units = only { $available } { $available ->
    [one] unit
   *[other] units
} of the line can be refunded
refund-shipping = the delivery was refunded before
refund-too-long = a reason has at most { $max } characters, and a refund at most { $most } lines
refund-too-large = only { $left } can be given back
refund-refused = the gateway refused to give it back

## Interactions
interaction-session = the session needs a name of at most { $max } bytes
interaction-event = an event needs an id of at most { $max } bytes
interaction-search = the id of a search has at most { $max } bytes, and is not empty
interaction-tracking = no tracking token of this product

## Merchandising
merchandising-rule-not-found = no such merchandising rule
merchandising-unknown = there is nothing of this id
merchandising-redirect = must be a path of the shop such as /sale, or an address that begins with https:// or http://
merchandising-time = must be later than the beginning
synonym-not-found = no such synonyms
synonym-count = two to { $max } different words are needed, or one beside "word"
stop-word-not-found = no such stop word
stop-word-one = must be one word of 1 to { $max } characters
stop-word-taken = is a stop word already
every-channel = this counts in every channel: it takes the permission for every channel
search-period = a period begins before it ends, and has at most { $max } days

## Questions about products
question-text = must have { $min } to { $max } characters, and no control characters but line breaks
question-not-found = no such question
answer-not-found = no such answer
questions-waiting = { $max } of your questions and answers wait already: try again when the shop has looked at them

## Experiments
experiment-not-found = no such experiment
experiment-channel = no such channel
experiment-key = a key has 1 to { $max } small letters, digits, hyphens and underscores, and is not "holdout"
experiment-key-taken = another experiment has this key
experiment-started = the experiment was started: only its name, hypothesis and end can change
experiment-status = the experiment is not where this can be done with it
experiment-over = the end of the experiment has passed
experiment-layer = a layer is a key, and only keyed experiments choose one
experiment-layer-taken = the experiment "{ $other }" runs on some of the same units
experiment-slots = the slots lie between 0 and 10000, and end behind their start
experiment-arms = an experiment has 2 to { $max } arms
experiment-arm-twice = another arm has this key
experiment-payload = a payload has at most { $max } bytes, and is an object where the shop itself reads it
experiment-form = whoever reads this payload does not understand it: it names something that is not there, or the arms are not about the same
experiment-number = { $name } is out of range
experiment-guardrails = an experiment has at most { $max } guardrails, one a metric
experiment-revenue = revenue is counted in the currency of a channel: choose one
experiment-period = the end lies behind the start
## Why something is recommended

recommended-together = Bought together in { $count } of { $of ->
    [one] { $of } order
   *[other] { $of } orders
}
recommended-bought = Because you bought { $name } ({ $percent } % of what speaks for it)
recommended-history = Because of what you bought
recommended-cart = Goes with { $name } in your cart ({ $percent } % of what speaks for it)
recommended-basket = Goes with what is in your cart
recommended-goes = Often in orders with { $name } ({ $percent } % of what speaks for it)
recommended-order = Often in such orders
recommended-visits = { $count } of the { $of ->
    [one] { $of } visit
   *[other] { $of } visits
} most like yours went on to it
recommended-similar = { $percent } % like { $name }
recommended-alike = { $percent } % alike
recommended-viewed = Looked at together in { $count ->
    [one] { $count } visit
   *[other] { $count } visits
}
recommended-category = { $sold ->
    [0] From the same category
   *[other] From the same category, { $sold } sold
}
recommended-brand = { $sold ->
    [0] From the same brand
   *[other] From the same brand, { $sold } sold
}
recommended-trending = Bought by { $buyers ->
    [one] { $buyers } person
   *[other] { $buyers } people
} in the last { $days } days
# The shop has sold nothing since $day.
recommended-trended = Bought by { $buyers ->
    [one] { $buyers } person
   *[other] { $buyers } people
} in the { $days } days up to { $day }
recommended-sold = { $sold ->
    [0] Popular in this shop
   *[other] Popular in this shop, { $sold } sold
}
recommended-seen = You looked at it lately
recommended-again = { $days ->
    [0] You bought it today
    [one] You bought it { $days } day ago
   *[other] You bought it { $days } days ago
}
recommended-chosen = Chosen by the shop
training-runs = a training is under way already
model-not-found = there is no such model any more
model-unfinished = this model was never finished
rule-not-found = there is no such rule
rule-target = a rule is about a product or about a category: give one of productId and targetCategoryId
rule-pin = a pinned product needs a position from { $min } to { $max }, and nothing else does
rule-percent = a boost needs a percentage from { $min } to { $max }, and nothing else does
rule-note = the note is longer than { $max } characters
rule-times = endsAt is not behind startsAt
rules-many = there are { $max } rules already
exchange-malformed = this is no file of the exchange: { $reason }
exchange-erased = customers were erased while the file was written: try again later
exchange-not-found = there is no such file
