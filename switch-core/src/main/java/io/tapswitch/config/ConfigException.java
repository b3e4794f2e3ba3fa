package io.tapswitch.config;

/** A configuration that cannot be applied: which field, and what would be right. Nothing has been changed. */
public class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of trouble it is, so that REST can choose a status. */
    public enum Kind {
        /** The field itself is wrong. */
        INVALID,
        /** The field is right by itself, but at odds with what there is. */
        CONFLICT,
        /** What is named does not exist. */
        NOT_FOUND
    }

    private final Kind kind;
    private final String field;

    /** @param field the path of the field, such as {@code ports[0].tap.mtu}; empty for the whole */
    public ConfigException(Kind kind, String field, String detail) {
        super(detail);
        this.kind = kind;
        this.field = field;
    }

    /** A field with a wrong value. */
    public static ConfigException invalid(String field, String detail) {
        return new ConfigException(Kind.INVALID, field, detail);
    }

    /** A field at odds with what there is. */
    public static ConfigException conflict(String field, String detail) {
        return new ConfigException(Kind.CONFLICT, field, detail);
    }

    /** Something that does not exist. */
    public static ConfigException notFound(String field, String detail) {
        return new ConfigException(Kind.NOT_FOUND, field, detail);
    }

    /** The same trouble, seen from further outside. */
    public ConfigException under(String parent) {
        String separator = parent.isEmpty() || field.isEmpty() ? "" : ".";
        return new ConfigException(kind, parent + separator + field, super.getMessage());
    }

    /** What kind of trouble it is. */
    public Kind kind() {
        return kind;
    }

    /** The path of the field; empty for the whole document. */
    public String field() {
        return field;
    }

    /** What is wrong and what would be right, without the field. */
    public String detail() {
        return super.getMessage();
    }

    @Override
    public String getMessage() {
        return field.isEmpty() ? detail() : field + ": " + detail();
    }
}
