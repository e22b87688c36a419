package dev.proa.api.quota;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** PersistentVolumeClaims and the storage that they ask for, in all and by storage class. */
record VolumeClaimUse() implements Evaluator {
    private static final String CLAIMS = "persistentvolumeclaims";
    private static final String STORAGE = "requests.storage";
    private static final String OF_CLASS = ".storageclass.storage.k8s.io/";
    private static final String CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

    @Override
    public String resource() {
        return CLAIMS;
    }

    @Override
    public boolean tracks(String name) {
        return name.equals(ObjectCount.PREFIX + CLAIMS)
                || name.equals(CLAIMS)
                || name.equals(STORAGE)
                || name.endsWith(OF_CLASS + CLAIMS)
                || name.endsWith(OF_CLASS + STORAGE);
    }

    @Override
    public boolean isIn(QuotaScope scope, MapValue claim) {
        return scope.name().equals(QuotaScope.VOLUME_ATTRIBUTES_CLASS) && scope.fits(attributesClasses(claim));
    }

    /** The classes that the claim has, wants, or is being moved to. */
    private static Set<String> attributesClasses(MapValue claim) {
        Set<String> classes = new TreeSet<>();
        classes.add(claim.map("spec").string("volumeAttributesClassName"));
        classes.add(claim.map("status").string("currentVolumeAttributesClassName"));
        classes.add(claim.map("status").map("modifyVolumeStatus").string("targetVolumeAttributesClassName"));
        classes.remove("");
        return classes;
    }

    @Override
    public Map<String, Quantity> usage(MapValue claim) {
        Map<String, Quantity> usage = new TreeMap<>();
        usage.put(CLAIMS, Quantity.of(1));
        usage.put(ObjectCount.PREFIX + CLAIMS, Quantity.of(1));
        String storageClass = storageClass(claim);
        if (!storageClass.isEmpty()) {
            usage.put(storageClass + OF_CLASS + CLAIMS, Quantity.of(1));
        }
        Quantity storage = storage(claim);
        if (storage != null) {
            usage.put(STORAGE, storage);
            if (!storageClass.isEmpty()) {
                usage.put(storageClass + OF_CLASS + STORAGE, storage);
            }
        }
        return usage;
    }

    private static String storageClass(MapValue claim) {
        MapValue annotations = claim.map("metadata").map("annotations");
        return annotations.has(CLASS_ANNOTATION)
                ? annotations.string(CLASS_ANNOTATION)
                : claim.map("spec").string("storageClassName");
    }

    /** What is asked for, or what was allocated when that is more (a larger size may have been asked for before); in whole bytes. */
    private static @Nullable Quantity storage(MapValue claim) {
        MapValue requests = claim.map("spec").map("resources").map("requests");
        if (!requests.has("storage")) {
            return null;
        }
        Quantity asked = Quantity.from(requests.get("storage"));
        Quantity most = asked.max(
                Quantity.from(claim.map("status").map("allocatedResources").get("storage")));
        return most.amount().stripTrailingZeros().scale() <= 0
                ? most
                : Quantity.of(BigDecimal.valueOf(most.value()), most.format());
    }

    @Override
    public boolean countsUpdate(String subresource, MapValue object, MapValue old) {
        return subresource.isEmpty() || subresource.equals("status") && isToBeRecounted(old, object);
    }

    @Override
    public boolean isToBeRecounted(MapValue before, MapValue after) {
        return !Amounts.equal(usage(before), usage(after))
                || !attributesClasses(before).equals(attributesClasses(after));
    }
}
