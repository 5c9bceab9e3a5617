// With JWT bearer: signs with the app's private key, as the user below.
const { createPrivateKey, sign } = require('crypto');
const USERNAME = @username@;
const AUDIENCE = @audience@;
CAUSES.invalid_grant = 'user-not-approved';
CAUSES.app_not_found = 'app-not-in-org';
CAUSES.invalid_app_access = 'user-not-approved';
function base64url(bytes) {
  return Buffer.from(bytes).toString('base64').replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
// PEM, its lines broken or not, or only the text between its first and last line.
function keyOf(text) {
  const der = Buffer.from(text.replace(/-----[^-]*-----|\\n|\s/g, ''), 'base64');
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch (error) {
    throw new Failure('MISSING_SECRET', 'The environment variable SALESFORCE_PRIVATE_KEY is not a private key (PKCS #8).');
  }
}
function grant(env) {
  const exp = Math.floor(Date.now() / 1000) + 120;
  const claims = { iss: CLIENT_ID, sub: USERNAME, aud: AUDIENCE, exp };
  const said = [{ alg: 'RS256' }, claims].map((part) => base64url(JSON.stringify(part))).join('.');
  const signature = base64url(sign('RSA-SHA256', Buffer.from(said), keyOf(env.SALESFORCE_PRIVATE_KEY)));
  return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: `${said}.${signature}` };
}
