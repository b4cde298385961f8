/** Of the endpoint at Roost. Everybody knows it, so Roost refuses it outside development. */
export const WEBHOOK_SECRET = 'whsec_sandbox_known_to_everybody_and_no_secret';
