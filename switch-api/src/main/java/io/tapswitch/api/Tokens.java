package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.DurableFile;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tokens that have been given out, in {@code tokens.json} of the state directory: what is needed to know them again,
 * not what is needed to use them. The text of a token is {@code ts_<id>_<secret>}, so that it is known for one where it
 * turns up by mistake.
 *
 * <p>Any thread; changes one after the other. When a token was last used is kept in memory only.
 */
final class Tokens {
    /** A table for people to keep in view, not a user directory. */
    static final int MOST = 1000;

    private static final String FILE = "tokens.json";
    private static final Pattern TEXT = Pattern.compile("ts_([0-9a-f]{12})_([A-Za-z0-9_-]{43})");
    private static final String NO_DIGEST = Secrets.digest("");

    private final Path file;
    private final Clock clock;
    private final Map<String, Instant> lastUsed = new ConcurrentHashMap<>();

    /** By id, in the order in which they were made; replaced whole. */
    private volatile Map<String, Token> byId;

    /** A token and its text, which nobody can tell later. */
    record Fresh(Token token, String text) {}

    /**
     * Reads the tokens there are.
     *
     * @throws IOException if the file cannot be read or is damaged, with what to do
     */
    Tokens(Path stateDir, Clock clock) throws IOException {
        this.file = stateDir.resolve(FILE);
        this.clock = clock;
        this.byId = load();
    }

    private Map<String, Token> load() throws IOException {
        try {
            Map<String, Token> tokens = new LinkedHashMap<>();
            for (JsonNode item : ConfigReader.parseJson(Files.readString(file)).withArray("/tokens")) {
                Token token = token(item);
                tokens.put(token.id(), token);
            }
            return tokens;
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (RuntimeException e) {
            throw new IOException(
                    file + " is damaged (" + e.getMessage() + "): mend it, or delete it and make new tokens", e);
        }
    }

    private static Token token(JsonNode item) {
        String expires = item.path("expires").textValue();
        return new Token(
                item.path("id").asText(),
                Checks.name("name", item.path("name").textValue()),
                Role.of(item.path("role").asText()),
                Instant.parse(item.path("created").asText()),
                expires == null ? null : Instant.parse(expires),
                item.path("sha256").asText());
    }

    /** All of them, also the expired ones, by name. */
    List<Token> all() {
        return byId.values().stream().sorted(Comparator.comparing(Token::name)).toList();
    }

    /** A token by its name. */
    Optional<Token> named(String name) {
        return byId.values().stream().filter(token -> token.name().equals(name)).findFirst();
    }

    /** When it was last used since the daemon started; null if it was not. */
    Instant lastUsed(Token token) {
        return lastUsed.get(token.id());
    }

    /** Whether a token is one that may be used now. */
    boolean isGood(Token token) {
        return byId.get(token.id()) == token && !token.isExpired(clock.instant());
    }

    /** The token with this text, if there is one and it has not expired. Takes note of its use. */
    Optional<Token> find(String text) {
        Matcher parts = TEXT.matcher(text);
        Token token = parts.matches() ? byId.get(parts.group(1)) : null;
        String offered = Secrets.digest(parts.matches() ? parts.group(2) : "");
        boolean isRight = Secrets.isSame(offered, token == null ? NO_DIGEST : token.sha256());
        if (token == null || !isRight || !isGood(token)) {
            return Optional.empty();
        }
        lastUsed.put(token.id(), clock.instant());
        return Optional.of(token);
    }

    /**
     * Makes a token.
     *
     * @param lifetime null for one that does not expire
     * @throws ConfigException if there is one of that name
     */
    synchronized Fresh create(String name, Role role, Duration lifetime) throws IOException {
        if (named(name).isPresent()) {
            throw ConfigException.conflict(
                    "name", "token '" + name + "' exists already: revoke it first, or choose another name");
        }
        if (byId.size() >= MOST) {
            throw ConfigException.conflict("", "there are " + MOST + " tokens already: revoke some first");
        }
        String secret = Secrets.secret();
        Instant now = clock.instant();
        Token token = new Token(
                Secrets.id(), name, role, now, lifetime == null ? null : now.plus(lifetime), Secrets.digest(secret));
        Map<String, Token> next = new LinkedHashMap<>(byId);
        next.put(token.id(), token);
        save(next);
        return new Fresh(token, "ts_" + token.id() + "_" + secret);
    }

    /** Takes a token back: it is of no use from now on. @throws ConfigException if there is none of that name */
    synchronized Token revoke(String name) throws IOException {
        Token token =
                named(name).orElseThrow(() -> ConfigException.notFound("", "token '" + name + "' does not exist"));
        Map<String, Token> next = new LinkedHashMap<>(byId);
        next.remove(token.id());
        save(next);
        lastUsed.remove(token.id());
        return token;
    }

    private void save(Map<String, Token> next) throws IOException {
        ObjectNode document = ConfigReader.JSON.createObjectNode();
        ArrayNode items = document.putArray("tokens");
        next.values().forEach(token -> {
            ObjectNode item = items.addObject()
                    .put("id", token.id())
                    .put("name", token.name())
                    .put("role", token.role().label())
                    .put("created", token.created().toString());
            if (token.expires() != null) {
                item.put("expires", token.expires().toString());
            }
            item.put("sha256", token.sha256());
        });
        DurableFile.writePrivate(file, (document.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
        byId = next;
    }
}
