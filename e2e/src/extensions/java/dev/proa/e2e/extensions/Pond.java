package dev.proa.e2e.extensions;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** A custom resource as fabric8 describes them: by annotated classes, of which it generates the definition. */
@Group("fabric8.clients.proa.dev")
@Version("v1")
public class Pond extends CustomResource<Pond.Spec, Pond.Status> implements Namespaced {
    private static final long serialVersionUID = 1;

    /** What is wanted. */
    public static class Spec {
        /** How many fish there should be. */
        @Max(100)
        public int fish;

        /** The kind of water. */
        @Default("fresh")
        public String water;
    }

    /** What is. */
    public static class Status {
        /** How many fish there are. */
        public int fish;
    }

    @Override
    protected Spec initSpec() {
        return new Spec();
    }
}
