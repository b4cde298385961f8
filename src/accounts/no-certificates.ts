/**
 * Stands in, in the Worker, for what @simplewebauthn/server judges the certificates of a passkey's maker with
 * (see `[alias]` in wrangler.toml). Nobody is asked for one, and whoever sends one is refused.
 */
const refuse = (): never => {
  throw new Error('No certificate is judged here');
};

/** ASN.1 has no description of this class, so that nothing can be read as one. */
class Unreadable {}

const NONE = '';

export {
  NONE as Apple_WebAuthn_Root_CA,
  NONE as GlobalSign_Root_CA,
  NONE as GlobalSign_Root_CA_R3,
  NONE as GlobalSign_Root_R46,
  NONE as Google_Hardware_Attestation_Root_1,
  NONE as Google_Hardware_Attestation_Root_2,
  NONE as Google_Hardware_Attestation_Root_3,
  NONE as Google_Hardware_Attestation_Root_4,
  NONE as id_ce_basicConstraints,
  NONE as id_ml_dsa_44,
  NONE as id_ml_dsa_65,
  NONE as id_ml_dsa_87,
  NONE as id_rsaEncryption,
  NONE as id_sha1WithRSAEncryption,
  NONE as id_sha256WithRSAEncryption,
  NONE as id_sha384WithRSAEncryption,
  NONE as id_sha512WithRSAEncryption,
  refuse as verifyAttestationAndroidKey,
  refuse as verifyAttestationAndroidSafetyNet,
  refuse as verifyAttestationApple,
  refuse as verifyAttestationFIDOU2F,
  refuse as verifyAttestationTPM,
  Unreadable as AlgorithmIdentifier,
  Unreadable as AuthorityKeyIdentifierExtension,
  Unreadable as BasicConstraints,
  Unreadable as Certificate,
  Unreadable as CRLDistributionPointsExtension,
  Unreadable as RSAPublicKey,
  Unreadable as SubjectKeyIdentifierExtension,
  Unreadable as X509Certificate,
  Unreadable as X509ChainBuilder,
  Unreadable as X509Crl,
};
