package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.List;

/** Gives new Ingresses that name no class the default one. Kubernetes' admission plugin of this name. */
public final class DefaultIngressClass implements MutatingPlugin {
    private static final List<String> DEFAULT = List.of("ingressclass.kubernetes.io/is-default-class");
    private static final String CLASS = "kubernetes.io/ingress.class";

    @Override
    public String name() {
        return "DefaultIngressClass";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE
                && subresource.isEmpty()
                && resource.toString().equals("ingresses.networking.k8s.io");
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        MapValue ingress = attributes.object();
        if (ingress.map("metadata").map("annotations").has(CLASS)
                || ingress.map("spec").get("ingressClassName") != null) {
            return ingress;
        }
        return DefaultClasses.of(attributes.snapshot(), "ingressclasses.networking.k8s.io", DEFAULT)
                .map(name -> ingress.withMap("spec", spec -> spec.with("ingressClassName", name)))
                .orElse(ingress);
    }
}
