//! Keys of the tests' identity provider, made in each process, and tokens signed with them.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

/// A key pair with its name.
pub(crate) struct Key {
    pub(crate) kid: String,
    pair: Pair,
}

enum Pair {
    Rsa(&'static RsaPair),
    Ec(Box<EcdsaKeyPair>),
    Ed(Box<Ed25519KeyPair>),
}

struct RsaPair {
    pair: RsaKeyPair,
    n: Vec<u8>,
    e: Vec<u8>,
}

impl Key {
    /// RSA with 2048 bits. Making one takes a while, so each process makes one and uses it under any name.
    pub(crate) fn rsa(kid: &str) -> Self {
        static PAIR: OnceLock<RsaPair> = OnceLock::new();
        let pair = PAIR.get_or_init(|| {
            let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).expect("an RSA key");
            let der = key.to_pkcs1_der().expect("a key in DER");
            RsaPair {
                pair: RsaKeyPair::from_der(der.as_bytes()).expect("ring takes the key"),
                n: key.n().to_bytes_be(),
                e: key.e().to_bytes_be(),
            }
        });
        Self { kid: kid.to_owned(), pair: Pair::Rsa(pair) }
    }

    /// ECDSA on P-256.
    pub(crate) fn ec(kid: &str) -> Self {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("an EC key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &random);
        Self { kid: kid.to_owned(), pair: Pair::Ec(Box::new(pair.expect("ring takes its own key"))) }
    }

    /// Ed25519.
    pub(crate) fn ed(kid: &str) -> Self {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("an Ed25519 key");
        let pair = Ed25519KeyPair::from_pkcs8(der.as_ref()).expect("ring takes its own key");
        Self { kid: kid.to_owned(), pair: Pair::Ed(Box::new(pair)) }
    }

    /// The default algorithm of this key.
    pub(crate) const fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::Ec(_) => "ES256",
            Pair::Ed(_) => "EdDSA",
        }
    }

    /// The public half.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Rsa(RsaPair { n, e, .. }) => json!({ "kty": "RSA", "n": encoded(n), "e": encoded(e) }),
            Pair::Ec(pair) => {
                // An uncompressed point: a tag, x, y.
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": encoded(x), "y": encoded(y) })
            }
            Pair::Ed(pair) => json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(pair.public_key().as_ref()) }),
        };
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!("sig");
        jwk
    }

    /// What an attacker makes of a public key if a verifier takes it for a shared secret.
    pub(crate) fn public_bytes(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(RsaPair { pair, .. }) => pair.public().as_ref().to_vec(),
            Pair::Ec(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ed(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    fn signature(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match (&self.pair, algorithm) {
            (Pair::Rsa(RsaPair { pair, .. }), algorithm) => {
                let padding: &dyn ring::signature::RsaEncoding =
                    if algorithm == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &random, message, &mut signature).expect("a signature");
                signature
            }
            (Pair::Ec(pair), _) => pair.sign(&random, message).expect("a signature").as_ref().to_vec(),
            (Pair::Ed(pair), _) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// A token with this header beside `alg` and `kid`, and these claims.
    pub(crate) fn token(&self, more: &Value, claims: &Value) -> String {
        let mut header = json!({ "alg": self.algorithm(), "kid": self.kid });
        for (name, value) in more.as_object().into_iter().flatten() {
            if value.is_null() {
                header.as_object_mut().expect("an object").remove(name);
            } else {
                header[name] = value.clone();
            }
        }
        let algorithm = header["alg"].as_str().unwrap_or_default().to_owned();
        signed(&header, claims, |message| self.signature(&algorithm, message))
    }
}

/// A token whose signature `sign` makes.
pub(crate) fn signed(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    let signature = sign(message.as_bytes());
    format!("{message}.{}", encoded(signature))
}

pub(crate) fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
