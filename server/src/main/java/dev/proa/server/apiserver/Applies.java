package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Yaml;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.fieldmanager.Applier;
import dev.proa.server.fieldmanager.FieldManager;
import dev.proa.server.store.StoredObject;
import java.util.ArrayList;
import java.util.List;

/** Server-side apply: a patch that says what its manager wants of an object, which is created when there is none. */
final class Applies {
    private final Registry registry;
    private final ObjectDecoder converter;
    private final Rights rights;

    Applies(Registry registry, ObjectDecoder converter, Rights rights) {
        this.registry = registry;
        this.converter = converter;
        this.rights = rights;
    }

    /** Whether a request is a server-side apply, by its media type. */
    static boolean isApply(Call call) {
        return Bodies.mediaType(call.request.body().contentType()).equals(Patcher.APPLY_PATCH);
    }

    ApiResponse apply(Call call) {
        Config config = config(call);
        if (registry.find(call.key()) == null && call.info.subresource().isEmpty()) {
            try {
                return call.answer(201, create(call, config));
            } catch (StatusException e) {
                boolean another = e.reason() == Reason.AlreadyExists && !call.dryRun();
                if (!another) {
                    throw e;
                }
                // somebody else created it meanwhile
            }
        }
        return call.answer(200, registry.update(call, call.key(), call.info.subresource(), new Applied(call, config)));
    }

    private StoredObject create(Call call, Config config) {
        FieldManager manager = FieldManagers.of(call);
        MapValue created = converted(call, applied(call, manager, manager.empty(), config), config);
        String uid = created.map("metadata").string("uid");
        if (!uid.isEmpty()) {
            throw StatusException.conflict(
                    call.endpoint.resource(),
                    call.info.name(),
                    "uid mismatch: the provided object specified uid " + uid + ", and no existing object was found");
        }
        Creator.checkNamespace(call, created);
        Updater.checkName(call, created);
        Endpoint endpoint = call.endpoint;
        rights.requireCreate(call);
        return registry.create(call, created.withMap("metadata", meta -> meta.without("resourceVersion")), true);
    }

    private final class Applied implements Registry.Change {
        private final Call call;
        private final Config config;

        Applied(Call call, Config config) {
            this.call = call;
            this.config = config;
        }

        @Override
        public boolean managesFields() {
            return true;
        }

        @Override
        public MapValue apply(StoredObject current) {
            MapValue live = call.endpoint.strategy().fromStorage(current.value());
            MapValue next = converted(call, applied(call, FieldManagers.of(call), live, config), config);
            Creator.checkNamespace(call, next);
            Updater.checkName(call, next);
            return Registry.inStorage(call, next);
        }
    }

    /** The object that comes out when a configuration is applied, as it was written. */
    static MapValue applied(Call call, FieldManager manager, MapValue live, Config config) {
        String name = call.query().get("fieldManager");
        boolean force = call.query().flag("force");
        MapValue applied = new Applier(manager).apply(live, config.value(), name, force, call.now);
        config.report(call);
        return applied;
    }

    /** The object with values as the server writes them, such as quantities. */
    private MapValue converted(Call call, MapValue applied, Config config) {
        Endpoint endpoint = call.endpoint;
        try {
            return converter.checkFields(
                    call,
                    applied,
                    endpoint.apiVersion(),
                    endpoint.kind(),
                    ObjectDecoder.Strictness.IGNORE,
                    FieldProblems.ofValue());
        } catch (DecodeException e) {
            throw StatusException.badRequest("failed to convert new object (" + Applier.shown(config.value())
                    + ") to proper version: unable to convert unstructured object to "
                    + Applier.kind(config.value()) + ": " + e.getMessage());
        }
    }

    /**
     * What is applied.
     *
     * @param duplicates what YAML says of fields that are there twice; taken out once reported
     */
    record Config(MapValue value, List<String> duplicates) {
        /** @throws StatusException when the request is strict and there are any */
        void report(Call call) {
            if (duplicates.isEmpty()) {
                return;
            }
            List<String> problems = List.copyOf(duplicates);
            duplicates.clear();
            switch (ObjectDecoder.strictness(call)) {
                case STRICT ->
                    throw StatusException.badRequest("error strict decoding YAML: error converting YAML to JSON:"
                            + " yaml: unmarshal errors:\n  " + String.join("\n  ", problems));
                case WARN -> call.warnings.addAll(problems);
                case IGNORE -> {}
            }
        }
    }

    /**
     * The configuration in the body of a request.
     *
     * @throws StatusException when it is no object in YAML
     */
    static Config config(Call call) {
        List<String> duplicates = new ArrayList<>(0);
        Object body = Decoding.of(call.request, () -> body(call, duplicates));
        if (body != null && !(body instanceof MapValue)) {
            throw StatusException.badRequest("error decoding YAML: error unmarshaling JSON: while decoding JSON: json:"
                    + " cannot unmarshal " + ObjectDecoder.jsonType(body)
                    + " into Go value of type map[string]interface {}");
        }
        return new Config(body instanceof MapValue map ? Numeral.plain(map) : MapValue.EMPTY, duplicates);
    }

    private static @org.jspecify.annotations.Nullable Object body(Call call, List<String> duplicates) {
        try {
            return switch (call.request.body()) {
                case ApiRequest.Value value -> value.value();
                case ApiRequest.Bytes bytes -> Yaml.decode(bytes.bytes(), duplicates::add);
            };
        } catch (DecodeException e) {
            throw StatusException.badRequest("error decoding YAML: " + e.getMessage());
        }
    }
}
