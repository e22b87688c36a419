package dev.proa.server.apiextensions;

import dev.proa.api.resource.VersionOrder;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;

/** The warnings of deprecated versions. */
final class Deprecations {
    private Deprecations() {}

    /** The warning for requests to a version whose definition has none of its own: it names the version to use instead. */
    static String warning(MapValue spec, String version) {
        String group = spec.string("group");
        String kind = spec.map("names").string("kind");
        List<String> better = new ArrayList<>();
        ListValue versions = spec.list("versions");
        for (int i = 0; i < versions.size(); i++) {
            MapValue other = versions.map(i);
            if (other.bool("served")
                    && !other.bool("deprecated")
                    && VersionOrder.LEAST_FIRST.compare(version, other.string("name")) < 0) {
                better.add(other.string("name"));
            }
        }
        better.sort(VersionOrder.LEAST_FIRST);
        String warning = group + "/" + version + " " + kind + " is deprecated";
        return better.isEmpty() ? warning : warning + "; use " + group + "/" + better.getLast() + " " + kind;
    }
}
