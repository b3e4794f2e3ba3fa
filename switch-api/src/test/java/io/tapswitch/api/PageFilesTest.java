package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** The files of the page, as a browser asks for them: over TCP, without a token. */
class PageFilesTest extends ApiFixture {
    private static final Path SOURCES = Path.of("src/main/web");
    private static final Pattern IMPORT = Pattern.compile("from '\\./([^']+)'");

    private final HttpClient browser = HttpClient.newHttpClient();

    private HttpResponse<byte[]> ask(String method, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + tcpPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return browser.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<byte[]> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Test
    void servesThePageWithoutAToken() throws Exception {
        HttpResponse<byte[]> page = ask("GET", "/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(header(page, "Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(header(page, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(page, "Content-Security-Policy"))
                .contains("default-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.body()).isEqualTo(Files.readAllBytes(SOURCES.resolve("index.html")));
        assertThat(ask("GET", "/api/v1/status").statusCode()).isEqualTo(401);
    }

    @Test
    void servesEveryFileAndEveryModuleThatOneImports() throws Exception {
        Set<String> names = new TreeSet<>(List.of("lit/directive.js"));
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                names.add(file.getFileName().toString());
                Matcher imports = IMPORT.matcher(Files.readString(file));
                while (imports.find()) {
                    names.add(imports.group(1));
                }
            }
        }
        assertThat(names).contains("app.js", "style.css", "icon.svg", "lit/lit-html.js");
        for (String name : names) {
            assertThat(ask("GET", "/" + name).statusCode()).as(name).isEqualTo(200);
        }
    }

    @Test
    void needsNothingFromElsewhere() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file).replace("http://www.w3.org/2000/svg", ""))
                        .as(file.toString())
                        .doesNotContainPattern("https?://|\\bstyle=|\\son[a-z]+=\"");
            }
        }
    }

    @Test
    void saysThatAFileIsStillTheSame() throws Exception {
        String tag = header(ask("GET", "/style.css"), "ETag");
        HttpResponse<byte[]> again = ask("GET", "/style.css", "If-None-Match", tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(ask("GET", "/style.css", "If-None-Match", "\"another\"").statusCode())
                .isEqualTo(200);
    }

    @Test
    void compressesForThoseWhoCanReadThat() throws Exception {
        HttpResponse<byte[]> plain = ask("GET", "/app.js");
        HttpResponse<byte[]> compressed = ask("GET", "/app.js", "Accept-Encoding", "gzip, br");
        assertThat(header(plain, "Content-Encoding")).isEmpty();
        assertThat(header(compressed, "Content-Encoding")).isEqualTo("gzip");
        assertThat(header(compressed, "ETag")).isNotEqualTo(header(plain, "ETag"));
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed.body()))) {
            assertThat(in.readAllBytes()).isEqualTo(plain.body());
        }
    }

    @Test
    void headIsGetWithoutTheBody() throws Exception {
        HttpResponse<byte[]> head = ask("HEAD", "/");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(header(head, "Content-Length")).isEqualTo(header(ask("GET", "/"), "Content-Length"));
        assertThat(head.body()).isEmpty();
    }

    @Test
    void servesNothingElse() throws Exception {
        for (String path : new String[] {
            "/index",
            "/../openapi.yaml",
            "/web/index.html",
            "/openapi.yaml",
            "/logback.xml",
            "/%2e%2e/logback.xml",
            "//index.html",
            "/lit/../app.js/",
            "/INDEX.HTML",
            "/nothing.js"
        }) {
            HttpResponse<byte[]> answer = ask("GET", path);
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("urn:tapswitch:error:not-found");
        }
        assertThat(ask("POST", "/").statusCode()).isEqualTo(404);
        assertThat(ask("DELETE", "/app.js").statusCode()).isEqualTo(404);
    }
}
