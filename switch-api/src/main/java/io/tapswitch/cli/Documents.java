package io.tapswitch.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Writes what packages hold besides the program, made of the commands themselves. The build runs it. */
public final class Documents {
    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, Deflater.DEFLATED, 0, 0, 0, 0, 0, 2, 3};

    private Documents() {}

    /**
     * Writes the manual pages, {@code man/man1/*.1.gz}, the completion for bash, {@code completion/tapswitch}, and the
     * reference, {@code reference/*.md}.
     *
     * @param args the directory to write to, then any text files that are to be there as {@code NAME.gz} too
     */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        CommandLine program = Main.commandLine();
        Path pages = Files.createDirectories(directory.resolve("man/man1"));
        writePages(program, pages);
        Path completion = Files.createDirectories(directory.resolve("completion"));
        // It is read by a shell and never run, so it says nowhere by which one.
        String script = AutoComplete.bash(program.getCommandName(), program).replaceFirst("^#!.*\n", "");
        Files.writeString(completion.resolve("tapswitch"), script);
        Path reference = Files.createDirectories(directory.resolve("reference"));
        Files.writeString(reference.resolve("rest.md"), RestReference.ofThisBuild());
        Files.writeString(reference.resolve("cli.md"), CliReference.of(program.getCommandSpec()));
        for (int i = 1; i < args.length; i++) {
            Path file = Path.of(args[i]);
            Files.write(directory.resolve(file.getFileName() + ".gz"), gzip(Files.readAllBytes(file)));
        }
    }

    private static void writePages(CommandLine command, Path directory) throws IOException {
        ManualPage page = new ManualPage(command);
        byte[] text = page.text().getBytes(StandardCharsets.UTF_8);
        Files.write(directory.resolve(page.fileName() + ".gz"), gzip(text));
        for (CommandLine child : ManualPage.subcommands(command)) {
            writePages(child, directory);
        }
    }

    /**
     * As {@code gzip -9n}, which Debian's policy asks for, and the same each time: RFC 1952.
     *
     * <pre>
     *  0       2    3     4       8        9    10
     * +-------+----+-----+-------+--------+----+---------+-------+----------+
     * | 1f 8b | CM | FLG | MTIME | XFL    | OS | deflate | CRC32 | length   |
     * |       | 8  | 0   | 0     | 2:best | 3  |         |   little-endian  |
     * +-------+----+-----+-------+--------+----+---------+-------+----------+
     * </pre>
     */
    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(GZIP_HEADER);
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try (DeflaterOutputStream body = new DeflaterOutputStream(out, deflater)) {
            body.write(content);
        } finally {
            deflater.end();
        }
        CRC32 crc = new CRC32();
        crc.update(content);
        writeLittleEndian(out, (int) crc.getValue());
        writeLittleEndian(out, content.length);
        return out.toByteArray();
    }

    private static void writeLittleEndian(ByteArrayOutputStream out, int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(value >>> shift);
        }
    }
}
