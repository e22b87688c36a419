package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.http.ServerKeys;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;

/** A certificate that is exchanged while handshakes go on: each shows one pair, not the key of one with the certificate of the other. */
class RenewedKeysTest {
    private static CertificateAndKey pair() {
        return Pki.inMemory(Instant::now).administrator();
    }

    private static void shows(X509ExtendedKeyManager keys, String alias, CertificateAndKey pair) {
        assertThat(keys.getCertificateChain(alias)).containsExactly(pair.certificate());
        assertThat(keys.getPrivateKey(alias)).isEqualTo(pair.key());
    }

    @Test
    void ofTheApiServer() {
        CertificateAndKey first = pair();
        CertificateAndKey second = pair();
        SingleKeyManager keys = new SingleKeyManager(first);
        String before = keys.chooseEngineServerAlias("EC", null, null);
        keys.replace(first);
        assertThat(keys.chooseEngineServerAlias("EC", null, null)).isEqualTo(before);
        keys.replace(second);
        shows(keys, before, first);
        shows(keys, keys.chooseEngineServerAlias("EC", null, null), second);
        keys.replace(pair());
        assertThat(keys.getCertificateChain(before)).doesNotContain(first.certificate());
    }

    @Test
    void ofKubeletsAndTheRegistry() {
        CertificateAndKey first = pair();
        CertificateAndKey second = pair();
        ServerKeys keys = new ServerKeys(first.key(), List.of(first.certificate()));
        String before = keys.chooseEngineServerAlias("EC", null, null);
        keys.replace(second.key(), List.of(second.certificate()));
        shows(keys, before, first);
        shows(keys, keys.chooseEngineServerAlias("EC", null, null), second);
        assertThat(keys.chooseEngineServerAlias("RSA", null, null)).isNull();
    }
}
