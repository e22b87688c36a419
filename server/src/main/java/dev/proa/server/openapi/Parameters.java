package dev.proa.server.openapi;

import dev.proa.server.openapi.Operation.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The parameters of operations. */
final class Parameters {
    static final Parameter NAMESPACE =
            inPath("namespace", "object name and auth scope, such as for teams and projects");
    static final Parameter PRETTY =
            inQuery("pretty", "string", "If 'true', then the output is pretty printed. Defaults to 'false'.");

    private static final Parameter DRY_RUN = inQuery(
            "dryRun",
            "string",
            "When present, nothing is persisted. Valid values are: - All: all stages of the request are processed");
    private static final Parameter FIELD_MANAGER =
            inQuery("fieldManager", "string", "the name of the manager that makes these changes");
    private static final Parameter FIELD_VALIDATION = inQuery(
            "fieldValidation",
            "string",
            "what to do about unknown and duplicate fields in the request: Ignore, Warn (the default) or Strict");

    /** Of what creates or replaces objects. */
    static final List<Parameter> WRITE = List.of(DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION);

    static final List<Parameter> PATCH = with(
            WRITE, inQuery("force", "boolean", "whether apply requests take fields from the managers that own them"));

    static final List<Parameter> DELETE = List.of(
            DRY_RUN,
            inQuery("gracePeriodSeconds", "integer", "how long the object may take to end; zero for at once"),
            inQuery(
                    "ignoreStoreReadErrorWithClusterBreakingPotential",
                    "boolean",
                    "whether to delete an object that the store cannot read, without its finalizers"),
            inQuery("orphanDependents", "boolean", "deprecated: use propagationPolicy"),
            inQuery("propagationPolicy", "string", "what becomes of dependents: Orphan, Background or Foreground"));

    /** Which objects a list has. */
    private static final List<Parameter> SELECT = List.of(
            inQuery("continue", "string", "where a list in chunks goes on, as the chunk before said"),
            inQuery("fieldSelector", "string", "restricts the objects by their fields"),
            inQuery("labelSelector", "string", "restricts the objects by their labels"),
            inQuery("limit", "integer", "how many objects to return at most"),
            inQuery("resourceVersion", "string", "a constraint on the revision that is served"),
            inQuery("resourceVersionMatch", "string", "how resourceVersion is applied: Exact or NotOlderThan"),
            inQuery("sendInitialEvents", "boolean", "whether a watch begins with the objects that are there"),
            inQuery("shardSelector", "string", "restricts the objects to a part of all"),
            inQuery("timeoutSeconds", "integer", "when a list or watch ends"));

    static final List<Parameter> LIST = with(
            with(SELECT, inQuery("allowWatchBookmarks", "boolean", "whether a watch may have bookmarks")),
            inQuery("watch", "boolean", "whether to be told of changes instead of a list"));

    static final List<Parameter> DELETE_COLLECTION = with(SELECT, DELETE);

    private Parameters() {}

    static Parameter name(String kind) {
        return inPath("name", "name of the " + kind);
    }

    static Parameter inPath(String name, String description) {
        return new Parameter(name, "path", "string", description);
    }

    static Parameter inQuery(String name, String type, String description) {
        return new Parameter(name, "query", type, description);
    }

    static List<Parameter> with(List<Parameter> some, Parameter more) {
        return with(some, List.of(more));
    }

    /** Both, sorted by name. */
    static List<Parameter> with(List<Parameter> some, Collection<Parameter> more) {
        List<Parameter> all = new ArrayList<>(some);
        all.addAll(more);
        all.sort(Comparator.comparing(Parameter::name).thenComparing(Parameter::in));
        return List.copyOf(all);
    }
}
