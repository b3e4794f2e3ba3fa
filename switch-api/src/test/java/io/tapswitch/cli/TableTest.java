package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    @Test
    void alignsTextLeftAndNumbersRight() {
        new Table()
                .left("NAME")
                .right("RX")
                .left("NOTE")
                .row("a", "12345", "-")
                .row("long-name", "1", "x")
                .print(out);

        assertThat(text).hasToString("""
                NAME          RX  NOTE
                a          12345  -
                long-name      1  x
                """);
    }

    @Test
    void anEmptyTableIsItsHeader() {
        new Table().left("NAME").right("RX").print(out);

        assertThat(text).hasToString("NAME  RX\n");
    }

    @Test
    void printedPieceByPieceKeepsOneHeaderAndItsColumns() {
        Table table = new Table().left("NAME", "PORT");
        table.row("long", "a").print(out);
        table.row("x", "b").print(out);

        assertThat(text).hasToString("""
                NAME  PORT
                long  a
                x     b
                """);
    }

    @Test
    void letsNothingThroughThatATerminalActsOn() {
        new Table().left("NAME").row("a\u001b[31m\u009b\u202e\r\nb").print(out);

        assertThat(text).hasToString("NAME\na?[31m??  b\n");
    }

    @Test
    void refusesARowOfAnotherLength() {
        assertThatThrownBy(() -> new Table().left("A", "B").row("1")).isInstanceOf(IllegalArgumentException.class);
    }
}
