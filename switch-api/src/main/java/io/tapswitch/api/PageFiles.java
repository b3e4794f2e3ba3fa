package io.tapswitch.api;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The page for operators at {@code /}: the files below {@code web/} in the jar. Anybody may have them, as they tell
 * nothing of the switch; what the page shows it asks the API for. Browsers keep them, and ask each time whether they are
 * still right, so that a new version of the switch shows its own page at once. Event loop only.
 */
final class PageFiles implements Handler<RoutingContext> {
    /** Possessive: what could be taken back would need a stack as deep as the path has parts. */
    private static final Pattern PATH = Pattern.compile("(?:/[a-z][a-z0-9-]*)++\\.(html|css|js|svg)");

    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    /** Those that were asked for; no more than the jar has. */
    private final Map<String, PageFile> files = new HashMap<>();

    private record PageFile(String mediaType, byte[] content, byte[] compressed, String tag) {}

    /** Answers if there is such a file, and otherwise leaves the request to others. */
    @Override
    public void handle(RoutingContext context) {
        HttpMethod method = context.request().method();
        boolean isRead = method == HttpMethod.GET || method == HttpMethod.HEAD;
        PageFile file = isRead ? file(context.request().path()) : null;
        if (file == null) {
            context.next();
        } else {
            send(context, file);
        }
    }

    private PageFile file(String path) {
        String name = path.equals("/") ? "/index.html" : path;
        PageFile known = files.get(name);
        if (known != null) {
            return known;
        }
        Matcher matcher = PATH.matcher(name);
        PageFile read = matcher.matches() ? read(name, MEDIA_TYPES.get(matcher.group(1))) : null;
        if (read != null) {
            files.put(name, read);
        }
        return read;
    }

    private static PageFile read(String name, String mediaType) {
        try (InputStream in = PageFiles.class.getResourceAsStream("/web" + name)) {
            if (in == null) {
                return null;
            }
            byte[] content = in.readAllBytes();
            String tag = Revision.of(content).text();
            return new PageFile(mediaType, content, compress(content), tag);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] compress(byte[] content) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            out.write(content);
        }
        return compressed.toByteArray();
    }

    private static void send(RoutingContext context, PageFile file) {
        String encodings = context.request().getHeader(HttpHeaders.ACCEPT_ENCODING);
        boolean isCompressed = encodings != null && encodings.contains("gzip");
        String tag = '"' + file.tag() + (isCompressed ? "-gzip\"" : "\"");
        HttpServerResponse response = context.response();
        response.putHeader(HttpHeaders.ETAG, tag)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader(HttpHeaders.VARY, "Accept-Encoding");
        SecurityHeaders.put(context.request());
        String known = context.request().getHeader(HttpHeaders.IF_NONE_MATCH);
        if (known != null && known.contains(tag)) {
            response.setStatusCode(304).end();
            return;
        }
        byte[] body = isCompressed ? file.compressed() : file.content();
        response.putHeader(HttpHeaders.CONTENT_TYPE, file.mediaType())
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length));
        if (isCompressed) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
        if (context.request().method() == HttpMethod.HEAD) {
            response.end();
        } else {
            response.end(Buffer.buffer(body));
        }
    }
}
