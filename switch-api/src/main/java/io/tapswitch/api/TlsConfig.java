package io.tapswitch.api;

import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;

/**
 * TLS of the TCP address: the section {@code api.tls} of the configuration file. The files are PEM, and are read again when
 * they change.
 *
 * @param certFile the certificate, and those that lead to its authority
 * @param keyFile its private key
 * @param clientCaFile authorities whose certificates clients have to have; null if clients need none
 */
public record TlsConfig(String certFile, String keyFile, String clientCaFile) {
    /** Checks each field. */
    public TlsConfig {
        absolute("certFile", Checks.required("certFile", certFile));
        absolute("keyFile", Checks.required("keyFile", keyFile));
        if (clientCaFile != null) {
            absolute("clientCaFile", clientCaFile);
        }
    }

    private static void absolute(String field, String path) {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw ConfigException.invalid(field, "'" + path + "' is not an absolute path");
        }
    }
}
