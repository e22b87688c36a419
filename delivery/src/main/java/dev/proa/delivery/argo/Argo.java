package dev.proa.delivery.argo;

/** Names that Argo Rollouts, its plugin and its users know: the API group, labels, annotations, phases. */
public final class Argo {
    /** The API group. */
    public static final String GROUP = "argoproj.io";
    /** The version of the group. */
    public static final String VERSION = "v1alpha1";

    /** The label of ReplicaSets and pods, and the key in selectors of services, with the hash of the pod template. */
    public static final String POD_TEMPLATE_HASH = "rollouts-pod-template-hash";
    /** The annotation of a ReplicaSet with the time at which it may lose its pods. */
    public static final String SCALE_DOWN_DEADLINE = "scale-down-deadline";
    /** The annotation of a ReplicaSet with the pods that are wanted altogether. */
    public static final String DESIRED_REPLICAS = "rollout.argoproj.io/desired-replicas";
    /** The annotation of Rollouts, ReplicaSets, runs and experiments with the number of the revision. */
    public static final String REVISION = "rollout.argoproj.io/revision";
    /** The annotation of a ReplicaSet with the revisions that it was before, separated by commas. */
    public static final String REVISION_HISTORY = "rollout.argoproj.io/revision-history";
    /** The annotation of a Rollout with the generation of the workload that it refers to. */
    public static final String WORKLOAD_GENERATION = "rollout.argoproj.io/workload-generation";
    /** The annotation of services with the name of the Rollout that changes their selector. */
    public static final String MANAGED_BY = "argo-rollouts.argoproj.io/managed-by-rollouts";
    /** The annotation of a ReplicaSet with the metadata that its pods have for their part. */
    public static final String EPHEMERAL_METADATA = "rollout.argoproj.io/ephemeral-metadata";

    /** The label of analysis runs that tells why a Rollout runs them: one of the next four. */
    public static final String ROLLOUT_TYPE = "rollout-type";
    /** An analysis that is a step. */
    public static final String TYPE_STEP = "Step";
    /** An analysis beside the steps. */
    public static final String TYPE_BACKGROUND = "Background";
    /** An analysis before a blue-green switch. */
    public static final String TYPE_PRE_PROMOTION = "PrePromotion";
    /** An analysis after a blue-green switch. */
    public static final String TYPE_POST_PROMOTION = "PostPromotion";
    /** The label of analysis runs and experiments with the index of their step. */
    public static final String STEP_INDEX = "step-index";

    /** The annotation of ReplicaSets of an experiment with its name. */
    public static final String EXPERIMENT_NAME = "experiment.argoproj.io/name";
    /** The annotation of ReplicaSets of an experiment with the name of the template. */
    public static final String EXPERIMENT_TEMPLATE_NAME = "experiment.argoproj.io/template-name";

    private Argo() {}
}
