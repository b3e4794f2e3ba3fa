package io.tapswitch.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of this machine's own users, passwd(5). The file is read and not the name service asked, as that may go to the
 * network and this is called where nothing may wait: a user that only a directory server knows has a number. One thread.
 */
final class LocalUsers {
    private static final int NAME = 0;
    private static final int UID = 2;

    private final Path file;
    private FileTime readAt;
    private Map<Long, String> names = Map.of();

    LocalUsers(Path file) {
        this.file = file;
    }

    /** {@code uid 1000 (alice)}, or without the name if there is none. @param uid 0 to 4294967295 */
    String describe(long uid) {
        refresh();
        String name = names.get(uid);
        return "uid " + uid + (name == null ? "" : " (" + name + ")");
    }

    private void refresh() {
        try {
            FileTime changedAt = Files.getLastModifiedTime(file);
            if (!changedAt.equals(readAt)) {
                names = parse(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
                readAt = changedAt;
            }
        } catch (IOException e) {
            names = Map.of();
        }
    }

    private static Map<Long, String> parse(List<String> lines) {
        Map<Long, String> names = new HashMap<>();
        for (String line : lines) {
            String[] fields = line.split(":");
            if (fields.length > UID && fields[UID].matches("[0-9]{1,10}")) {
                names.putIfAbsent(Long.parseLong(fields[UID]), fields[NAME]);
            }
        }
        return names;
    }
}
