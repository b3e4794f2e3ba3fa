package io.tapswitch.api;

import io.tapswitch.Sha256;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;

/**
 * Who this daemon is to the daemons of the other hosts: a key and a certificate that it makes anew at each start. They know
 * the certificate by its digest, which stands in the host's record in the directory; so whoever is able to write that
 * record, which takes the cluster's secret, is believed.
 *
 * @param address where this daemon answers the others; empty if it only asks them
 */
public record HostIdentity(SelfSigned pair, Optional<InetSocketAddress> address) {
    /** The digest says who it is, and the host's record for how long. */
    private static final Duration LIFETIME = Duration.ofDays(36_500);

    private static final char[] NO_PASSWORD = {};

    /** Makes an identity. @param host by name */
    public static HostIdentity create(String host, Optional<InetSocketAddress> address) {
        return new HostIdentity(SelfSigned.create(List.of(host), LIFETIME), address);
    }

    /** SHA-256 of the certificate, 32 bytes. */
    public byte[] digest() {
        return digest(pair.certificate());
    }

    /** SHA-256 of a certificate in small hexadecimal digits. */
    static String digestText(Certificate certificate) {
        return HexFormat.of().formatHex(digest(certificate));
    }

    private static byte[] digest(Certificate certificate) {
        try {
            return Sha256.of(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** As TLS takes it. */
    KeyManagerFactory keyManagers() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("host", pair.key(), NO_PASSWORD, new Certificate[] {pair.certificate()});
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, NO_PASSWORD);
            return managers;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a key store in memory cannot be made", e);
        }
    }
}
