// With client credentials: key and secret only, as the user the app runs as.
CAUSES.invalid_grant = 'flow-disabled';
function grant(env) {
  return { grant_type: 'client_credentials', client_id: CLIENT_ID, client_secret: env.SALESFORCE_CLIENT_SECRET };
}
