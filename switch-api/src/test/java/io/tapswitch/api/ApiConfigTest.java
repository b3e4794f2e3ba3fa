package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.config.ConfigException;
import java.net.InetAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ApiConfigTest {
    private static ApiConfig listen(String address) {
        return new ApiConfig(null, null, null, address, null, null, null);
    }

    private static ApiConfig mode(String mode) {
        return new ApiConfig(null, mode, null, null, null, null, null);
    }

    @Test
    void hasDefaults() {
        ApiConfig config = ApiConfig.DEFAULTS.in(Path.of("/state"));
        assertThat(config.socketPath()).contains(Path.of("/run/tapswitch/api.sock"));
        assertThat(config.listenAddress().orElseThrow().getPort()).isEqualTo(7470);
        assertThat(config.listenAddress().orElseThrow().getAddress()).isEqualTo(InetAddress.getLoopbackAddress());
        assertThat(config.tokenFile()).isEqualTo("/state/token");
        assertThat(config.socketPermissions()).isEqualTo(0660);
    }

    @Test
    void listensOnTheLoopbackInterfaceOnly() {
        assertThat(listen("[::1]:80").listenAddress().orElseThrow().getPort()).isEqualTo(80);
        assertThat(listen("127.9.9.9:80").listenAddress()).isPresent();
        assertThat(listen("localhost:0").listenAddress()).isPresent();
        assertThat(listen("none").listenAddress()).isEmpty();
        for (String address : new String[] {"0.0.0.0:80", "[::]:80", "10.0.0.1:80", "example.org:80", "999.0.0.1:80"}) {
            assertThatThrownBy(() -> listen(address))
                    .as(address)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("listen: ")
                    .hasMessageContaining("needs TLS");
        }
        for (String address : new String[] {"", "80", ":80", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:x", "::1:80"}) {
            assertThatThrownBy(() -> listen(address)).as(address).hasMessageContaining("write HOST:PORT");
        }
    }

    @Test
    void listensElsewhereWithTls() {
        TlsConfig tls = new TlsConfig("/c", "/k", null);
        for (String address : new String[] {"0.0.0.0:80", "[::]:80", "10.0.0.1:80"}) {
            assertThat(new ApiConfig(null, null, null, address, null, tls, null).listenAddress())
                    .isPresent();
        }
        assertThatThrownBy(() -> new ApiConfig(null, null, null, "example.org:80", null, tls, null))
                .hasMessageContaining("is a name: write the address");
        assertThatThrownBy(() -> new TlsConfig("/c", null, null)).hasMessageContaining("keyFile");
        assertThatThrownBy(() -> new TlsConfig("c", "/k", null)).hasMessageContaining("certFile: ");
    }

    @Test
    void limitsRequests() {
        assertThat(ApiConfig.DEFAULTS.requestsPerSecond()).isEqualTo(500);
        assertThatThrownBy(() -> new ApiConfig(null, null, null, null, null, null, 0))
                .hasMessageContaining("requestsPerSecond");
    }

    @Test
    void readsFileModes() {
        assertThat(mode("0600").socketPermissions()).isEqualTo(0600);
        assertThat(mode("666").socketPermissions()).isEqualTo(0666);
        for (String wrong : new String[] {"", "0888", "66", "7777", "rw-rw----"}) {
            assertThatThrownBy(() -> mode(wrong)).hasMessageContaining("socketMode: ");
        }
    }

    @Test
    void theSocketCanBeLeftOut() {
        assertThat(new ApiConfig("none", null, null, null, null, null, null).socketPath())
                .isEmpty();
    }
}
