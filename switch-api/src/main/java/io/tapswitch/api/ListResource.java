package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.SwitchService;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.MergePatch;
import io.tapswitch.config.SwitchConfig;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A list of the desired state, whose items have names: {@code /api/v1/<kind>s}, and one of them below it. A change is made of
 * the state that it is checked against, under one lock, together with the preconditions of its request.
 *
 * @param <T> an item, immutable
 */
abstract class ListResource<T> implements Resource {
    private final SwitchService service;
    private final String kind;
    private final String path;
    private final Function<T, String> nameOf;
    private final UnaryOperator<ObjectNode> writable;
    private final DesiredState state;
    private final ListRevision<T> listed = new ListRevision<>(this::desired);

    /**
     * @param kind of the items, in one word: {@code port}
     * @param nameOf an item
     * @param writable what a client's document, which may be an answer that comes back, says about the desired state
     */
    ListResource(SwitchService service, String kind, Function<T, String> nameOf, UnaryOperator<ObjectNode> writable) {
        this.service = service;
        this.kind = kind;
        this.nameOf = nameOf;
        this.writable = writable;
        path = "/api/v1/" + kind + "s";
        state = new DesiredState(service, kind + "s");
    }

    /** The items of the desired state. */
    abstract List<T> items(SwitchConfig config);

    /** An item as the desired state has it; the caller's. */
    abstract ObjectNode desired(T item);

    /** An item as answers have it. */
    abstract ObjectNode shown(T item);

    /** Reads an item. @throws ConfigException naming the field that is wrong */
    abstract T read(ObjectNode desired);

    /** A state with one more, or with another in place of the one of its name. */
    abstract SwitchConfig with(SwitchConfig config, T item);

    /** A state without an item. @throws ConfigException if it has to stay */
    abstract SwitchConfig without(SwitchConfig config, T item);

    /** Asked before an item changes. @throws ConfigException if it cannot become that */
    void checkChange(SwitchConfig config, T before, T after) {}

    /** What a patch of an item is applied to. */
    ObjectNode target(T before, ObjectNode patch) {
        return desired(before);
    }

    /** Why there is no item of a name. */
    ConfigException missing(String name) {
        return ConfigException.notFound("", kind + " '" + name + "' does not exist");
    }

    /** What the audit log has of an item that was created or changed; may be empty. */
    String summary(T item) {
        return "";
    }

    @Override
    public final List<Operation> operations() {
        String one = path + "/{" + kind + "}";
        return List.of(
                Operation.get(path, this::list),
                Operation.post(path, this::create).checksPreconditions(),
                Operation.get(one, this::show),
                Operation.patch(one, this::change).checksPreconditions(),
                Operation.delete(one, this::delete).checksPreconditions());
    }

    Answer list(Call call) {
        List<T> items = items(service.config());
        return Answer.ok(Json.list(items, this::shown)).tagged(listed.of(items));
    }

    Answer show(Call call) {
        return answer(existing(service.config(), call.path(kind)));
    }

    private Answer answer(T item) {
        return Answer.ok(shown(item)).tagged(revision(item));
    }

    /** Of all items. */
    final Revision revision(SwitchConfig config) {
        return listed.of(items(config));
    }

    final Revision revision(T item) {
        return Revision.of(desired(item));
    }

    private Optional<T> find(SwitchConfig config, String wanted) {
        return items(config).stream()
                .filter(item -> nameOf.apply(item).equals(wanted))
                .findFirst();
    }

    private T existing(SwitchConfig config, String wanted) {
        return find(config, wanted).orElseThrow(() -> missing(wanted));
    }

    private Answer create(Call call) throws IOException {
        T item = read(writable.apply(call.json()));
        String name = nameOf.apply(item);
        state.apply(config -> {
            call.preconditions().check(() -> revision(config));
            if (find(config, name).isPresent()) {
                throw ConfigException.conflict("name", kind + " '" + name + "' already exists");
            }
            return with(config, item);
        });
        return Answer.created(path + "/" + name, shown(item))
                .tagged(revision(item))
                .done(kind + " " + name + ": created" + summary(item));
    }

    private Answer change(Call call) throws IOException {
        String name = call.path(kind);
        ObjectNode patch = writable.apply(call.json());
        state.apply(config -> {
            T before = existing(config, name);
            call.preconditions().check(() -> revision(before));
            T after = after(before, patch);
            checkChange(config, before, after);
            return with(config, after);
        });
        T changed = existing(service.config(), name);
        return answer(changed).done(kind + " " + name + ": changed " + patch + summary(changed));
    }

    private T after(T before, ObjectNode patch) {
        T after = read(MergePatch.apply(target(before, patch), patch));
        if (!nameOf.apply(after).equals(nameOf.apply(before))) {
            throw ConfigException.invalid("name", "cannot change: create another " + kind + " instead");
        }
        return after;
    }

    private Answer delete(Call call) throws IOException {
        String name = call.path(kind);
        state.apply(config -> {
            T doomed = existing(config, name);
            call.preconditions().check(() -> revision(doomed));
            return without(config, doomed);
        });
        return Answer.noContent().done(kind + " " + name + ": deleted");
    }
}
