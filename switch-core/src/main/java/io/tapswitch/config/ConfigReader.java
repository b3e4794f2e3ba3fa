package io.tapswitch.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MutableCoercionConfig;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.PropertyBindingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortDrivers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads and writes configuration documents, JSON or YAML, strictly: an unknown key, a wrong type or a number in quotes
 * is an error that names the field. Thread-safe.
 */
public final class ConfigReader {
    /** For JSON documents of any kind; refuses duplicate keys, unknown keys and silent conversions. */
    public static final ObjectMapper JSON = strict(JsonMapper.builder());

    private static final ObjectMapper YAML = strict(YAMLMapper.builder());
    private static final Map<Class<?>, String> TYPE_NAMES = Map.of(
            Integer.class, "a whole number",
            int.class, "a whole number",
            Boolean.class, "true or false",
            boolean.class, "true or false",
            String.class, "text, in quotes if it looks like something else");

    private final PortDrivers drivers;

    /** @param drivers the port types that a document may have */
    public ConfigReader(PortDrivers drivers) {
        this.drivers = drivers;
    }

    private static <M extends ObjectMapper, B extends com.fasterxml.jackson.databind.cfg.MapperBuilder<M, B>>
            ObjectMapper strict(B builder) {
        return builder.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_IGNORED_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(LogicalType.Textual, ConfigReader::refuseNumbers)
                .build();
    }

    /** A number as text would lose its form: in YAML, 0100 would arrive as 64. */
    private static void refuseNumbers(MutableCoercionConfig text) {
        text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
    }

    /** Parses a JSON object. @throws ConfigException if the text is not one */
    public static ObjectNode parseJson(String text) {
        return document("JSON", parse(JSON, "JSON", text));
    }

    /** Parses a YAML mapping; an empty document is an empty one. @throws ConfigException if the text is not one */
    public static ObjectNode parseYaml(String text) {
        JsonNode node = parse(YAML, "YAML", text);
        return node.isNull() || node.isMissingNode() ? JSON.createObjectNode() : document("YAML", node);
    }

    private static JsonNode parse(ObjectMapper mapper, String format, String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw ConfigException.invalid("", "is not valid " + format + whereAndWhy(e));
        }
    }

    private static String whereAndWhy(JsonProcessingException e) {
        // SnakeYAML knows the line; Jackson would name the one that it had read last.
        if (e.getCause() instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
            return " (line " + (yaml.getProblemMark().getLine() + 1) + "): " + yaml.getProblem();
        }
        String line = e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
        return line + ": " + e.getOriginalMessage();
    }

    private static ObjectNode document(String format, JsonNode node) {
        if (!node.isObject()) {
            throw ConfigException.invalid("", "must be a " + format + " object with named fields");
        }
        return (ObjectNode) node;
    }

    /** Reads a whole desired state; checks each field, not yet whether the parts fit each other. */
    public SwitchConfig config(ObjectNode json) {
        requireKnown("", json, List.of("networks", "ports", "fdb", "mirrors"));
        List<NetworkConfig> networks = new ArrayList<>();
        List<PortConfig> ports = new ArrayList<>();
        List<StaticEntry> fdb = new ArrayList<>();
        forEach(json, "networks", (path, node) -> networks.add(read(node, NetworkConfig.class, path)));
        forEach(json, "ports", (path, node) -> ports.add(port(node, path)));
        forEach(json, "fdb", (path, node) -> fdb.add(read(node, StaticEntry.class, path)));
        List<MirrorConfig> mirrors = new ArrayList<>();
        forEach(json, "mirrors", (path, node) -> mirrors.add(read(node, MirrorConfig.class, path)));
        return new SwitchConfig(networks, ports, fdb, mirrors);
    }

    private interface ItemReader {
        void read(String path, ObjectNode node);
    }

    private static void forEach(ObjectNode json, String field, ItemReader reader) {
        JsonNode list = json.path(field);
        if (!list.isMissingNode() && !list.isArray()) {
            throw ConfigException.invalid(field, "must be a list");
        }
        for (int i = 0; i < list.size(); i++) {
            String path = field + "[" + i + "]";
            reader.read(path, object(path, list.get(i)));
        }
    }

    private static ObjectNode object(String path, JsonNode node) {
        if (!node.isObject()) {
            throw ConfigException.invalid(path, "must be an object with named fields");
        }
        return (ObjectNode) node;
    }

    /** Reads a network. @param path of the document within a larger one, empty if there is none */
    public NetworkConfig network(ObjectNode json, String path) {
        return read(json, NetworkConfig.class, path);
    }

    /** Reads a port: the common fields, and the section that is named like its type. */
    public PortConfig port(ObjectNode json, String path) {
        ObjectNode common = json.deepCopy();
        JsonNode type = Checks.required(dotted(path, "type"), common.get("type"));
        if (!type.isTextual() || !drivers.types().contains(type.textValue())) {
            throw ConfigException.invalid(
                    dotted(path, "type"), type + " is not a port type: use one of " + drivers.types());
        }
        String section = type.textValue();
        requireKnown(path, json, portFields(section));
        JsonNode settings = common.remove(section);
        PortConfig port = read(common, PortConfig.class, path);
        ObjectNode present = settings == null ? JSON.createObjectNode() : object(dotted(path, section), settings);
        return port.withSettings(settings(drivers.of(section), present, dotted(path, section)));
    }

    /** The components of the record, with the section of the type in place of the settings read from it. */
    private static List<String> portFields(String section) {
        return Arrays.stream(PortConfig.class.getRecordComponents())
                .map(component -> component.getName().equals("settings") ? section : component.getName())
                .toList();
    }

    private static <C> C settings(PortDriver<C> driver, ObjectNode json, String path) {
        return read(json, driver.settingsType(), path);
    }

    /** Writes a whole desired state. */
    static ObjectNode write(SwitchConfig config) {
        ObjectNode json = JSON.createObjectNode();
        json.set("networks", JSON.valueToTree(config.networks()));
        ArrayNode ports = json.putArray("ports");
        config.ports().forEach(port -> ports.add(write(port)));
        json.set("fdb", JSON.valueToTree(config.fdb()));
        json.set("mirrors", JSON.valueToTree(config.mirrors()));
        return json;
    }

    /** Writes a port in the form that {@link #port} reads: all fields, with their defaults. */
    public static ObjectNode write(PortConfig port) {
        ObjectNode json = JSON.valueToTree(port);
        json.set(port.type(), JSON.valueToTree(port.settings()));
        return json;
    }

    /**
     * Reads a record from a document.
     *
     * @param path where the document stands in a larger one, for errors; empty if it is the whole
     * @throws ConfigException naming the field, what is wrong and what would be right
     */
    public static <T> T read(JsonNode json, Class<T> type, String path) {
        try {
            return JSON.treeToValue(json, type);
        } catch (PropertyBindingException e) {
            throw ConfigException.invalid(dotted(path, pathOf(e)), unknownField(e.getKnownPropertyIds()));
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof ConfigException cause) {
                throw cause.under(dotted(path, pathOf(e)));
            }
            throw ConfigException.invalid(dotted(path, pathOf(e)), mismatch(e));
        } catch (IOException e) {
            throw ConfigException.invalid(path, e.getMessage());
        }
    }

    /** Refuses fields that are not among the known ones. */
    public static void requireKnown(String path, ObjectNode json, Collection<String> known) {
        json.fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                throw ConfigException.invalid(dotted(path, field), unknownField(known));
            }
        });
    }

    private static String unknownField(Collection<?> known) {
        return "is not a known field; known are "
                + new TreeSet<>(known.stream().map(String::valueOf).toList());
    }

    private static String mismatch(JsonMappingException e) {
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            Class<?> wanted = mismatch.getTargetType();
            if (wanted.isRecord()) {
                return "must be an object with named fields";
            }
            return "must be "
                    + TYPE_NAMES.getOrDefault(
                            wanted, Collection.class.isAssignableFrom(wanted) ? "a list" : "of another type");
        }
        return e.getOriginalMessage();
    }

    private static String pathOf(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }

    private static String dotted(String path, String field) {
        return path.isEmpty() || field.isEmpty() || field.startsWith("[") ? path + field : path + "." + field;
    }
}
