// With a refresh token; the app must not rotate it.
function grant(env) {
  const form = { grant_type: 'refresh_token', client_id: CLIENT_ID, refresh_token: env.SALESFORCE_REFRESH_TOKEN };
  if (env.SALESFORCE_CLIENT_SECRET) form.client_secret = env.SALESFORCE_CLIENT_SECRET;
  return form;
}

