package dev.proa.control.volume;

import dev.proa.api.storage.v1.StorageClass;
import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Finds the StorageClass of claims that name none: of those marked as the default the newest. */
final class DefaultClass {
    static final String ANNOTATION = "storageclass.kubernetes.io/is-default-class";
    private static final String BETA_ANNOTATION = "storageclass.beta.kubernetes.io/is-default-class";

    private DefaultClass() {}

    static @Nullable StorageClass of(Collection<StorageClass> classes) {
        return classes.stream()
                .filter(DefaultClass::isDefault)
                .min(Comparator.comparing((StorageClass type) ->
                                type.value().map("metadata").string("creationTimestamp"))
                        .reversed()
                        .thenComparing(StorageClass::name))
                .orElse(null);
    }

    static boolean isDefault(StorageClass type) {
        return "true".equals(type.annotations().get(ANNOTATION))
                || "true".equals(type.annotations().get(BETA_ANNOTATION));
    }
}
