#!/bin/sh
# Makes the namespace, its retention and our search attributes. Safe to repeat.
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are read by `temporal` itself.
set -eu
: "${TEMPORAL_ADDRESS:?host:port of the Temporal frontend}"
: "${TEMPORAL_NAMESPACE:?name of the namespace}"
: "${RETENTION:?how long ended escalations stay readable, such as 720h}"

# A port that is open is not yet a server that answers, and what is new in a namespace takes some
# seconds to be known everywhere.
patiently() {
  tries=45
  until "$@" >/dev/null 2>/tmp/complaint; do
    tries=$((tries - 1))
    if [ "${tries}" -eq 0 ]; then
      echo "This did not work: $*" >&2
      cat /tmp/complaint >&2
      exit 1
    fi
    sleep 2
  done
}

patiently temporal operator cluster health
if temporal operator namespace describe --namespace "${TEMPORAL_NAMESPACE}" >/dev/null 2>&1; then
  patiently temporal operator namespace update --namespace "${TEMPORAL_NAMESPACE}" \
    --retention "${RETENTION}"
else
  patiently temporal operator namespace create --namespace "${TEMPORAL_NAMESPACE}" \
    --retention "${RETENTION}" --description "Customer escalations of Rightnow"
fi

# Equal to REGISTRATION in workflows/search_attributes.py, which a test compares.
patiently temporal operator search-attribute create --namespace "${TEMPORAL_NAMESPACE}" \
  --name EscalationNumber --type Keyword \
  --name Severity --type Keyword \
  --name EscalationStatus --type Keyword \
  --name Playbook --type Keyword \
  --name Assignee --type Keyword \
  --name SlaDueAt --type Datetime \
  --name SlaBreached --type Bool \
  --name ChurnRisk --type Double

# Escalations can be started once the frontend knows them; the last ones stand for all.
patiently temporal workflow list --namespace "${TEMPORAL_NAMESPACE}" --limit 1 \
  --query "EscalationNumber = 'E-0' AND SlaBreached = true AND ChurnRisk > 1"
echo "The namespace ${TEMPORAL_NAMESPACE} is ready; what ends stays readable for ${RETENTION}."
