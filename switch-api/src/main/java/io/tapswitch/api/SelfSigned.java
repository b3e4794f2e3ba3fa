package io.tapswitch.api;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A fresh key on the curve P-256 and a certificate that it signed itself (RFC 5280), for whoever is told of the certificate
 * by other ways.
 */
public record SelfSigned(PrivateKey key, X509Certificate certificate) {
    private static final int SERIAL_BITS = 127;
    private static final int LINE = 64;
    private static final String IP_ADDRESS = "[0-9.]+|.*:.*";

    /** Clocks may differ. */
    private static final Duration BEFORE = Duration.ofDays(1);

    /**
     * Makes a pair.
     *
     * @param names by which it is reached: DNS names, or IP addresses in digits; the first is the subject's
     * @param lifetime from now
     */
    public static SelfSigned create(List<String> names, Duration lifetime) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            X509v3CertificateBuilder certificate = unsigned(names, lifetime, pair);
            return new SelfSigned(
                    pair.getPrivate(),
                    new JcaX509CertificateConverter()
                            .getCertificate(certificate.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("every Java has P-256 and SHA-256", e);
        }
    }

    /** The certificate as files have it, RFC 7468. */
    public String certificatePem() {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key as files have it, PKCS #8. */
    public String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(String label, byte[] content) {
        String lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    private static X509v3CertificateBuilder unsigned(List<String> names, Duration lifetime, KeyPair pair)
            throws CertIOException {
        Instant now = Instant.now();
        X500Principal subject = new X500Principal("CN=" + names.get(0));
        GeneralName[] alternatives = names.stream()
                .map(name ->
                        new GeneralName(name.matches(IP_ADDRESS) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        return new JcaX509v3CertificateBuilder(
                        subject,
                        new BigInteger(SERIAL_BITS, new SecureRandom()),
                        Date.from(now.minus(BEFORE)),
                        Date.from(now.plus(lifetime)),
                        subject,
                        pair.getPublic())
                // A client is told to trust this very certificate, as if it were an authority; it can be none for
                // others.
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
    }
}
