package io.tapswitch.api;

import io.tapswitch.doctor.SwitchState.Credential;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** What callers are known by and ends some day, for the doctor. */
final class Expiring {
    private Expiring() {}

    /**
     * The tokens that expire and, if the TCP address speaks TLS, its certificate.
     *
     * @throws IOException if the certificate cannot be read, in words
     */
    static List<Credential> of(Credentials credentials) throws IOException {
        List<Credential> expiring = new ArrayList<>();
        for (Token token : credentials.tokens().all()) {
            if (token.expires() != null) {
                expiring.add(new Credential(
                        "token " + token.name(),
                        token.expires(),
                        "tapswitch token revoke " + token.name() + " && tapswitch token create " + token.name()
                                + " --role " + token.role().label()));
            }
        }
        TlsConfig tls = credentials.tls();
        if (tls != null) {
            expiring.add(new Credential(
                    "certificate " + tls.certFile(),
                    certificate(tls.certFile()).getNotAfter().toInstant(),
                    "renew it at its authority, or make another one with: tapswitch tls create --help"));
        }
        return expiring;
    }

    private static X509Certificate certificate(String file) throws IOException {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (CertificateException e) {
            throw new IOException("api.tls.certFile: " + file + " is no certificate (" + e.getMessage() + ")", e);
        }
    }
}
