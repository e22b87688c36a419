package dev.proa.server.admission;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Has every image pulled for every pod, so that only who has the credentials for an image can run it, even where it is already. Kubernetes'
 * admission plugin of this name.
 */
public final class AlwaysPullImages implements MutatingPlugin, ValidatingPlugin {
    private static final String ALWAYS = "Always";
    private static final List<String> LISTS = List.of("containers", "initContainers", "ephemeralContainers");

    @Override
    public String name() {
        return "AlwaysPullImages";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return PodAttributes.isPods(resource)
                && subresource.isEmpty()
                && (operation == Operation.CREATE || operation == Operation.UPDATE);
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        if (hasNoNewImage(attributes)) {
            return attributes.object();
        }
        MapValue spec = attributes.object().map("spec");
        for (String name : LISTS) {
            ListValue list = spec.list(name);
            for (int i = 0; i < list.size(); i++) {
                list = list.with(i, list.map(i).with("imagePullPolicy", ALWAYS));
            }
            spec = list.isEmpty() ? spec : spec.with(name, list);
        }
        ListValue volumes = spec.list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            if (volumes.map(i).get("image") instanceof MapValue image) {
                volumes = volumes.with(i, volumes.map(i).with("image", image.with("pullPolicy", ALWAYS)));
            }
        }
        return PodAttributes.withSpec(attributes, volumes.isEmpty() ? spec : spec.with("volumes", volumes));
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        if (hasNoNewImage(attributes)) {
            return;
        }
        MapValue spec = attributes.object().map("spec");
        for (String name : LISTS) {
            ListValue list = spec.list(name);
            for (int i = 0; i < list.size(); i++) {
                check(
                        attributes,
                        "spec." + name + "[" + i + "].imagePullPolicy",
                        list.map(i).string("imagePullPolicy"));
            }
        }
        ListValue volumes = spec.list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            if (volumes.map(i).get("image") instanceof MapValue image) {
                check(attributes, "spec.volumes[" + i + "].image.pullPolicy", image.string("pullPolicy"));
            }
        }
    }

    private static void check(AdmissionAttributes attributes, String field, String policy) {
        if (!policy.equals(ALWAYS)) {
            throw attributes.forbidden(
                    FieldError.notSupported(field, policy, List.of(ALWAYS)).summary());
        }
    }

    private static boolean hasNoNewImage(AdmissionAttributes attributes) {
        return attributes.operation() == Operation.UPDATE
                && images(attributes.old()).containsAll(images(attributes.object()));
    }

    private static Set<String> images(MapValue pod) {
        Set<String> images = new HashSet<>();
        for (String name : LISTS) {
            ListValue list = pod.map("spec").list(name);
            for (int i = 0; i < list.size(); i++) {
                images.add(list.map(i).string("image"));
            }
        }
        return images;
    }
}
