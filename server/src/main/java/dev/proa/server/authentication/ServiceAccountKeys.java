package dev.proa.server.authentication;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.pki.KeyFiles;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The keys of service account tokens: one that signs, and those whose signatures count. RSA keys sign with RS256, keys on the curves P-256, P-384
 * and P-521 with ES256, ES384 and ES512. A key's id is the SHA-256 digest of its public part. Immutable.
 */
public final class ServiceAccountKeys {
    private final String signingId;
    private final JWSAlgorithm signingAlgorithm;
    private final JWSSigner signer;
    private final Map<String, Verifying> verifying = new LinkedHashMap<>();

    /** A public key with the only algorithm for which it is used. */
    private record Verifying(JWSAlgorithm algorithm, JWSVerifier verifier, JWK jwk) {}

    /**
     * @param pair signs, and its signatures count
     * @param others whose signatures count too, as those of keys that signed before
     * @throws IllegalArgumentException when a key is neither RSA nor on one of those curves
     */
    public ServiceAccountKeys(KeyPair pair, List<PublicKey> others) {
        signingId = id(pair.getPublic());
        signingAlgorithm = algorithm(pair.getPublic());
        try {
            signer = pair.getPrivate() instanceof ECPrivateKey key
                    ? new ECDSASigner(key)
                    : new RSASSASigner(pair.getPrivate());
        } catch (JOSEException e) {
            throw new IllegalArgumentException("the service account key cannot sign: " + e.getMessage(), e);
        }
        add(pair.getPublic());
        others.forEach(this::add);
    }

    /**
     * Reads keys from files in PEM.
     *
     * @param signing has the private key that signs
     * @param files have keys whose signatures count too
     * @throws IllegalArgumentException when a file has no such key; the message says which
     */
    public static ServiceAccountKeys read(Path signing, List<Path> files) {
        PrivateKey key = KeyFiles.privateKey(signing);
        return of(new KeyPair(KeyFiles.publicKey(key), key), files);
    }

    /** The same with a pair that is there already. */
    static ServiceAccountKeys of(KeyPair pair, List<Path> files) {
        List<PublicKey> others = new ArrayList<>();
        files.forEach(file -> others.addAll(KeyFiles.publicKeys(file)));
        return new ServiceAccountKeys(pair, others);
    }

    private void add(PublicKey key) {
        JWSAlgorithm algorithm = algorithm(key);
        String id = id(key);
        try {
            Verifying made = key instanceof ECPublicKey ec
                    ? new Verifying(algorithm, new ECDSAVerifier(ec), jwk(ec, id, algorithm))
                    : new Verifying(
                            algorithm,
                            new RSASSAVerifier((RSAPublicKey) key),
                            new RSAKey.Builder((RSAPublicKey) key)
                                    .keyID(id)
                                    .keyUse(KeyUse.SIGNATURE)
                                    .algorithm(algorithm)
                                    .build());
            verifying.putIfAbsent(id, made);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("a service account key cannot be used: " + e.getMessage(), e);
        }
    }

    private static JWK jwk(ECPublicKey key, String id, JWSAlgorithm algorithm) {
        return new ECKey.Builder(Curve.forECParameterSpec(key.getParams()), key)
                .keyID(id)
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(algorithm)
                .build();
    }

    private static JWSAlgorithm algorithm(PublicKey key) {
        if (key instanceof RSAPublicKey) {
            return JWSAlgorithm.RS256;
        }
        Curve curve = key instanceof ECPublicKey ec ? Curve.forECParameterSpec(ec.getParams()) : null;
        if (Curve.P_256.equals(curve)) {
            return JWSAlgorithm.ES256;
        } else if (Curve.P_384.equals(curve)) {
            return JWSAlgorithm.ES384;
        } else if (Curve.P_521.equals(curve)) {
            return JWSAlgorithm.ES512;
        }
        throw new IllegalArgumentException(
                "a service account key is an RSA key, or one on the curve P-256, P-384 or P-521");
    }

    private static String id(PublicKey key) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signs claims in JSON; gives the token. */
    String sign(byte[] claims) {
        JWSObject token = new JWSObject(
                new JWSHeader.Builder(signingAlgorithm).keyID(signingId).build(), new Payload(claims));
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("The service account key cannot sign", e);
        }
        return token.serialize();
    }

    /** What is wrong with the signature of a token, as Kubernetes says it; empty when nothing is. */
    String verify(JWSObject token) {
        String id = token.getHeader().getKeyID();
        List<Verifying> keys = id == null || id.isEmpty()
                ? List.copyOf(verifying.values())
                : verifying.containsKey(id) ? List.of(verifying.get(id)) : List.of();
        if (keys.isEmpty()) {
            return "invalid signature, no keys found";
        }
        for (Verifying key : keys) {
            try {
                if (key.algorithm().equals(token.getHeader().getAlgorithm()) && token.verify(key.verifier())) {
                    return "";
                }
            } catch (JOSEException e) {
                continue; // a signature of another form than the key makes
            }
        }
        return "go-jose/go-jose: error in cryptographic primitive";
    }

    /** The public keys as a JSON Web Key Set (RFC 7517). */
    MapValue keySet() {
        ListValue keys = ListValue.EMPTY;
        for (Verifying key : verifying.values()) {
            keys = keys.plus(MapValue.copyOf(key.jwk().toJSONObject()));
        }
        return MapValue.of("keys", keys);
    }

    /** The algorithms of the keys, sorted. */
    List<String> algorithms() {
        TreeSet<String> names = new TreeSet<>();
        verifying.values().forEach(key -> names.add(key.algorithm().getName()));
        return List.copyOf(names);
    }
}
