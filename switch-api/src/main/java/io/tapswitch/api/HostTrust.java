package io.tapswitch.api;

import io.tapswitch.overlay.HostApi;
import io.tapswitch.overlay.OverlayDirectory;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts the certificates of which the directory says that a host of the cluster has them, and no others, whoever signed
 * them. TLS asks it in the handshake, so that a stranger gets no further; but a session that is resumed has none, so whoever
 * relies on it asks {@link #host} again with each request.
 */
final class HostTrust extends X509ExtendedTrustManager {
    private final OverlayDirectory directory;

    HostTrust(OverlayDirectory directory) {
        this.directory = directory;
    }

    /** The host at the other end of a connection; empty if it is none of the cluster now. */
    Optional<String> host(SSLSession session) {
        try {
            return host(session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private Optional<String> host(Certificate certificate) {
        String digest = HostIdentity.digestText(certificate);
        return directory.apis().stream()
                .filter(api -> api.certificate().equals(digest))
                .map(HostApi::host)
                .findFirst();
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0 || host(chain[0]).isEmpty()) {
            throw new CertificateException("no host of the cluster is known by this certificate");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
