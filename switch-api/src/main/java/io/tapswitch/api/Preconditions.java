package io.tapswitch.api;

import io.tapswitch.api.Problem.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code If-Match} and {@code If-None-Match} of a request, RFC 9110, sections 13.1.1 and 13.1.2: what its maker takes the
 * resource to be. A change that rests on something else is refused before it has changed anything, so that of two who
 * change the same thing at once, one is told. Immutable.
 */
final class Preconditions {
    private static final String ANY = "*";
    private static final Pattern TAG = Pattern.compile("(W/)?\"([\\x21\\x23-\\x7e]*)\"");
    private static final Pattern TAGS = Pattern.compile("\\s*" + TAG + "\\s*(,\\s*" + TAG + "\\s*)*");

    private final Tags match;
    private final Tags noneMatch;

    /** @param any whether it is {@code *}: whatever there is */
    private record Tags(boolean any, List<Tag> tags) {
        /** Whether there is something, and one of these stands for it. */
        boolean hold(boolean exists, Predicate<Tag> standsForIt) {
            return exists && (any || tags.stream().anyMatch(standsForIt));
        }
    }

    private record Tag(boolean weak, String opaque) {}

    private Preconditions(Tags match, Tags noneMatch) {
        this.match = match;
        this.noneMatch = noneMatch;
    }

    /**
     * Reads the two headers.
     *
     * @param ifMatch null if it is not there
     * @param ifNoneMatch null if it is not there
     * @throws Problem if one cannot be read
     */
    static Preconditions of(String ifMatch, String ifNoneMatch) {
        return new Preconditions(tags("If-Match", ifMatch), tags("If-None-Match", ifNoneMatch));
    }

    private static Tags tags(String header, String value) {
        if (value == null || value.strip().equals(ANY)) {
            return value == null ? null : new Tags(true, List.of());
        }
        if (!TAGS.matcher(value).matches()) {
            throw Problem.of(
                    Kind.MALFORMED,
                    header,
                    "must be * or an ETag as it was answered, in its quotes; several with commas");
        }
        List<Tag> tags = new ArrayList<>();
        for (Matcher each = TAG.matcher(value); each.find(); ) {
            tags.add(new Tag(each.group(1) != null, each.group(2)));
        }
        return new Tags(false, tags);
    }

    /** Whether there are any. */
    boolean isEmpty() {
        return match == null && noneMatch == null;
    }

    /**
     * Checks them for a change.
     *
     * @param state of what is to be changed, under the lock that the change is made under; null if it does not exist.
     *     Not asked for if there are no preconditions
     * @throws Problem naming the present tag
     */
    void check(Supplier<Revision> state) {
        if (isEmpty()) {
            return;
        }
        Revision present = state.get();
        boolean exists = present != null;
        // A weak tag says that what it stands for is only much the same: not enough to overwrite it.
        if (match != null && !match.hold(exists, tag -> !tag.weak() && present.isOf(tag.opaque()))) {
            throw failed(present, "If-Match", exists ? "is another by now" : "does not exist");
        }
        if (noneMatch != null && noneMatch.hold(exists, tag -> present.isOf(tag.opaque()))) {
            throw failed(present, "If-None-Match", "exists");
        }
    }

    private static Problem failed(Revision present, String header, String how) {
        if (present == null) {
            return Problem.of(Kind.PRECONDITION_FAILED, header, "the resource " + how + "; nothing was changed");
        }
        return Problem.of(
                        Kind.PRECONDITION_FAILED,
                        header,
                        "the resource " + how + ", with the ETag " + present.tag()
                                + "; nothing was changed: read it again")
                .with("ETag", present.tag());
    }

    /** Whether the maker of a GET has an answer with this tag already. */
    boolean has(String tag) {
        return noneMatch != null && noneMatch.hold(true, known -> tag.equals('"' + known.opaque() + '"'));
    }
}
