package io.tapswitch.api;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** By what the daemon knows who somebody is who comes over TCP. Any thread. */
final class Credentials {
    /** Of whoever has the token of the token file; no token can have this name. */
    private static final String FILE_HOLDER = "token file";

    private final Tokens tokens;
    private final Sessions sessions;
    private final Failures failures = new Failures(System::nanoTime);
    private volatile String fileDigest;
    private volatile String pageUrl;
    private volatile TlsConfig tls;

    /** @throws IOException if the tokens cannot be read, with what to do */
    Credentials(Path stateDir, Clock clock) throws IOException {
        tokens = new Tokens(stateDir, clock);
        sessions = new Sessions(tokens, clock);
    }

    /** Lets in, as an administrator, whoever has the token of a file, which is made if it is missing. */
    void accept(Path tokenFile) throws IOException {
        fileDigest = Secrets.digest(TokenFile.readOrCreate(tokenFile));
    }

    /** Takes note of where people log in. @param url without a path */
    void pageAt(String url) {
        pageUrl = url;
    }

    /** Where people log in; empty if they cannot. */
    Optional<String> pageUrl() {
        return Optional.ofNullable(pageUrl);
    }

    /** Takes note of what the TCP address is known by. */
    void tls(TlsConfig files) {
        tls = files;
    }

    /** Null if the TCP address, if there is one, is plain. */
    TlsConfig tls() {
        return tls;
    }

    Tokens tokens() {
        return tokens;
    }

    Sessions sessions() {
        return sessions;
    }

    Failures failures() {
        return failures;
    }

    /** Whoever a token belongs to, at no address yet. */
    Optional<Caller> holder(String token) {
        String digest = fileDigest;
        if (digest != null && Secrets.isSame(Secrets.digest(token), digest)) {
            return Optional.of(new Caller(FILE_HOLDER, Role.ADMIN, ""));
        }
        return tokens.find(token).map(found -> new Caller(found.name(), found.role(), ""));
    }
}
