/**
 * Which keys of a body hold personal data. `first_name`, `firstName` and `FIRST-NAME` are the same key. It errs
 * towards hiding: every key with a listed beginning or ending is hidden, except those that operators need.
 * `name` alone is the name of an order (#1001) or a line; inside personal data it is hidden with everything else.
 */
export function isPrivate(key: string): boolean {
  const known = seen.get(key);
  if (known !== undefined) return known;
  const hidden = isHidden(key);
  if (seen.size >= SEEN.most) seen.clear();
  if (key.length <= SEEN.longest) seen.set(key, hidden);
  return hidden;
}

/** Bodies repeat a few hundred keys; with their answers kept, a body is masked in half the time. */
const seen = new Map<string, boolean>();
const SEEN = { most: 2000, longest: 64 };

function isHidden(key: string): boolean {
  const name = bare(key);
  if (isAnyId(key)) return !KNOWN_ID.test(name);
  if (HARMLESS.test(name)) return false;
  return WORDS.has(name) || BEGINNINGS.test(name) || WITHIN.test(name) || ENDINGS.test(name);
}

/** Whether the value is only an id, which stays visible even inside personal data: `customer.id`. */
export function isIdOf(key: string | null, token: string): boolean {
  if (key === null || !isAnyId(key)) return false;
  return GID.test(token) || (NUMBER.test(token) && KNOWN_ID.test(bare(key)));
}

/** Whole keys; everything under them is hidden, too. */
const WORDS = new Set(
  (
    'clientdetails noteattributes attributes customattributes metafields properties receipt paymentdetails ' +
    'external destination shipping user staffmember shopowner evidence browser ' +
    'company mobile fax zip zipcode postcode postalcode city district suburb neighborhood county province ' +
    'provincecode latitude longitude lat lng lon ip browserip clientip useragent dob last4 lastfour lastdigits ' +
    'lastcharacters trackingnumber trackingnumbers trackingurl trackingurls ssn cpf cnpj dni nif curp nationalid taxid vatnumber iban bic ' +
    'landingsite landingsiteref referringsite orderstatusurl checkouturl abandonedcheckouturl invoiceurl'
  ).split(' '),
);
const BEGINNINGS =
  /^(customer|buyer|recipient|receiver|consignee|sender|payer|payee|cardholder|billing|contact)/;
const WITHIN = /phone|email|address|street|birth|passport|creditcard|cardnumber|accountnumber|taxnumber/;
/** `last_name`, `return_reason_note`, `gift_message`, `cart_token`, `origin_location`. */
const ENDINGS = /(.names?|notes?|messages?|comments?|instructions?|tokens?|authorization|tags?|locations?)$/;
/** Names that belong to the shop, to what is sold, or to how it is paid and shipped. */
const HARMLESS =
  /^(discountallocations?|(product|variant|item|lineitem|source|channel|app|event|plan|discount|tax|(reporting)?jurisdiction|currency|carrier|(shipping)?(service|method)|(payment)?(gateway|method|terms))names?)$/;

/** `tax_id`, `TAX-ID`, `taxId`; not `paid`. */
const isAnyId = (key: string) => /(^|[^A-Za-z0-9])id$/i.test(key) || /[a-z0-9]I[dD]$/.test(key);
/** Ids assigned by Shopify, not by a government or a bank. */
const KNOWN_ID =
  /^(.*(order|item|product|variant|location|customer|transaction|refund|fulfillment|return|exchange|dispute|shop|app|api|client|user|staff|device|parent|payment|schedule|terms|group|line|service|reference|entity|checkout|company|contact|address|event|channel|discount|rule|collection))?id$/;
const NUMBER = /^"?\d{1,20}"?$/;
const GID = /^"gid:\/\/shopify\/\w{1,50}\/\d{1,20}"$/;

const bare = (key: string) => key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
