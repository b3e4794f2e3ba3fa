package io.tapswitch;

import io.tapswitch.frame.MacAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MAC addresses for ports that are given none: the same after each start, so that neighbours need not find them again, and
 * others on each host. They derive from a random seed, {@code mac.seed} in the state directory, and the port's name. Whoever
 * copies a host with its state directory removes the seed from the copy.
 */
final class StableMac {
    private static final Logger LOG = LoggerFactory.getLogger(StableMac.class);
    private static final int SEED_LENGTH = 32;

    private final byte[] seed;

    private StableMac(byte[] seed) {
        this.seed = seed;
    }

    /** Reads the seed, or makes it. If it can be neither read nor kept, the addresses last until the daemon ends. */
    static StableMac in(Path stateDirectory) {
        Path file = stateDirectory.resolve("mac.seed");
        try {
            byte[] kept = Files.readAllBytes(file);
            if (kept.length == SEED_LENGTH) {
                return new StableMac(kept);
            }
            LOG.warn("{} is damaged: ports without 'mac' get other MAC addresses from now on", file);
        } catch (NoSuchFileException e) {
            LOG.debug("{} is made", file);
        } catch (IOException e) {
            return new StableMac(unkept(random(), file, e));
        }
        return new StableMac(kept(random(), file));
    }

    private static byte[] random() {
        byte[] seed = new byte[SEED_LENGTH];
        new SecureRandom().nextBytes(seed);
        return seed;
    }

    private static byte[] kept(byte[] seed, Path file) {
        try {
            DurableFile.writePrivate(file, seed);
            return seed;
        } catch (IOException e) {
            return unkept(seed, file, e);
        }
    }

    private static byte[] unkept(byte[] seed, Path file, IOException reason) {
        LOG.warn("ports without 'mac' get other MAC addresses after the next start: {}: {}", file, reason.toString());
        return seed;
    }

    /** A port's address: the first six octets of the SHA-256 of the seed and the name, made a local station's. */
    long of(String port) {
        MessageDigest digest = Sha256.begin();
        digest.update(seed);
        byte[] hash = digest.digest(port.getBytes(StandardCharsets.UTF_8));
        return MacAddress.local(ByteBuffer.wrap(hash).getLong() >>> 16);
    }
}
