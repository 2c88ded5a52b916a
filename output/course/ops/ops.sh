#!/usr/bin/env bash
# Operates the Dagster deployment that stands in the folder above: images, config, releases, services, logs.
# It needs bash, git, the AWS CLI and, for images, Docker; with Terraform also terraform and python3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The facts, as they were rendered.

readonly deployment='course'
readonly region='eu-west-1'
readonly url_suffix='amazonaws.com'
readonly account=''
readonly cluster='course'
readonly platform='linux/amd64'
readonly protected=true
readonly fixed_revision=''
readonly revision_pattern='^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'
readonly kept_definitions='taskDefinitionArns[?contains(@, '\'':task-definition/course_run_'\'')]'
readonly releases=tf/releases.auto.tfvars.json

# Each of the following calls its arguments once for every line, with what stands in the line.

# The layers in the order they are deployed: kind, whose image it has, stack, template, whether it takes a revision, whether
# the stack policy guards it, options.
layers() {
  "$@" 'network' '' 'course-network' 'cfn/10-network.yaml' false true '--capabilities' 'CAPABILITY_NAMED_IAM'
  "$@" 'registry' '' 'course-registry' 'cfn/20-registry.yaml' false true 
  "$@" 'registry' 'ingest' 'course-registry-ingest' 'cfn/20-registry-ingest.yaml' false true 
  "$@" 'registry' 'transform' 'course-registry-transform' 'cfn/20-registry-transform.yaml' false true 
  "$@" 'registry' 'report' 'course-registry-report' 'cfn/20-registry-report.yaml' false true 
  "$@" 'data' '' 'course-data' 'cfn/30-data.yaml' false true '--capabilities' 'CAPABILITY_NAMED_IAM'
  "$@" 'platform' 'core' 'course-platform' 'cfn/40-platform.yaml' true false '--capabilities' 'CAPABILITY_NAMED_IAM' '--parameter-overrides' 'GitRev='"${gitrev}"
  "$@" 'ui' 'core' 'course-ui' 'cfn/42-ui.yaml' true false '--capabilities' 'CAPABILITY_NAMED_IAM' '--parameter-overrides' 'GitRev='"${gitrev}"
  "$@" 'location' 'ingest' 'course-location-ingest' 'cfn/50-location-ingest.yaml' true false '--capabilities' 'CAPABILITY_NAMED_IAM' '--parameter-overrides' 'GitRev='"${gitrev}"
  "$@" 'location' 'transform' 'course-location-transform' 'cfn/50-location-transform.yaml' true false '--capabilities' 'CAPABILITY_NAMED_IAM' '--parameter-overrides' 'GitRev='"${gitrev}"
  "$@" 'location' 'report' 'course-location-report' 'cfn/50-location-report.yaml' true false '--capabilities' 'CAPABILITY_NAMED_IAM' '--parameter-overrides' 'GitRev='"${gitrev}"
}

# The services: what they are called here, name, container.
services() {
  "$@" 'webserver' 'course_core_webserver' 'webserver'
  "$@" 'daemon' 'course_core_daemon' 'daemon'
  "$@" 'ingest' 'course_server_ingest' 'server'
  "$@" 'transform' 'course_server_transform' 'server'
  "$@" 'report' 'course_server_report' 'server'
}

# Their names, as many at a time as ECS describes.
batches() {
  "$@" 'course_core_webserver' 'course_core_daemon' 'course_server_ingest' 'course_server_transform' 'course_server_report'
}

# The log groups: what they are called here, name.
log_groups() {
  "$@" 'webserver' '/dagforge/course/webserver'
  "$@" 'daemon' '/dagforge/course/daemon'
  "$@" 'ingest' '/dagforge/course/server/ingest'
  "$@" 'run/ingest' '/dagforge/course/run/ingest'
  "$@" 'transform' '/dagforge/course/server/transform'
  "$@" 'run/transform' '/dagforge/course/run/transform'
  "$@" 'report' '/dagforge/course/server/report'
  "$@" 'run/report' '/dagforge/course/run/report'
}

# The images: what they are called here, repository, context, Dockerfile, the revision that the spec fixes.
images() {
  "$@" 'core' 'course/core' 'images/core' 'images/core/Dockerfile' ''
  "$@" 'ingest' 'course/location/ingest' '../..' '../../Dockerfile' ''
  "$@" 'transform' 'course/location/transform' '../..' '../../Dockerfile' ''
  "$@" 'report' 'course/location/report' '../..' '../../Dockerfile' ''
}

# What can be released apart from everything else.
owners() {
  "$@" 'ingest'
  "$@" 'transform'
  "$@" 'report'
  true
}

# The buckets that go with the deployment.
buckets() {
  "$@" 'course-config-'"${account_id}"'-'"${region}"
  "$@" 'course-compute-logs-'"${account_id}"'-'"${region}"
  true
}

# Where the config of these files belongs; nowhere, where it is in the task definitions.
config_address() {
  echo 's3://course-config-'"${account_id}"'-'"${region}"'/config/ba4444e4c3d70bfbeae289c13f2cdd4a3a9f0b9d5f8f27211df8836b2aa93fe6/'
}

usage() {
  cat <<USAGE
Operates the Dagster deployment $deployment in $region.

  ops.sh images [NAME]                     build and push the images that the registry does not have yet
  ops.sh config                            upload dagster.yaml and workspace.yaml under their digest
  ops.sh deploy [LAYER|NAME] --gitrev REV  deploy everything, one kind of layer, or what has one image
  ops.sh restart SERVICE                   replace the tasks of a service, and wait for the new ones
  ops.sh status                            show services and stacks
  ops.sh logs LOG [--since 2h] [--follow]  print container logs
  ops.sh open                              reach the UI
  ops.sh migrate                           run Dagster's database migration in a task of its own
  ops.sh rollback [NAME]                   deploy the revision that was deployed before
  ops.sh destroy                           delete the deployment, once you typed its name

NAME is core, a code location or a task; LAYER is encryption, network, registry, data, platform, ui,
operations, location, task, access or extra: core is platform, ui and operations together.
SERVICE is webserver, daemon or a code location; LOG is a service, run/LOCATION or task/TASK.

  --gitrev REV         revision of the images; without it, images takes that of the last commit, and deploy of
                       core, a code location or a task the one that it has
  --target cfn|tf      what deployed it; without it, the stacks and Terraform's folder are asked
  --since TIME         how far back logs go: 30m, 2h, 1d; 1h by default
  --follow             go on printing logs until interrupted
  --yes                let Terraform apply without asking
  --dry-run            print the commands that change something instead of running them
  --help               print this
USAGE
}

# Saying things, stopping, and calling AWS.

gitrev='' target='' since=1h follow=false assume_yes=false dry_run=false account_id=''

say() {
  printf '%s\n' "$*" >&2
}

# Stops with a message and, if there is one, a hint.
stop() {
  say "ops.sh: $1"
  [[ -z ${2-} ]] || say "hint: $2"
  exit 1
}

# The value of an option.
value_of() {
  [[ ${2-} ]] || stop "$1 takes a value"
  printf '%s' "$2"
}

# Runs a command that changes something; with --dry-run, only prints it.
run() {
  if [[ $dry_run == true ]]; then
    printf '+' && printf ' %q' "$@" && printf '\n'
  else
    "$@"
  fi
}

# Whether a name stands first in a line of a table.
has() {
  local found=''
  "$1" match "$2"
  [[ $found ]]
}

match() {
  [[ $1 != "$2" ]] || found=yes
}

# What stands first in the lines of a table.
names_of() {
  "$1" print_name
}

print_name() {
  printf '%s ' "$1"
}

# The AWS CLI; when it fails, its message and a hint follow, and nothing else runs.
aws() {
  local message
  # Its errors are kept, what it prints goes on.
  { message=$(command aws "$@" 2>&1 >&3); } 3>&1 && { [[ -z $message ]] || say "$message"; return; }
  say "$message"
  stop "failed: aws ${1-} ${2-}" "$(hint "$message" "$@")"
}

hint() {
  case $1 in
    *ExpiredToken* | *"Unable to locate credentials"* | *InvalidClientTokenId* | *UnrecognizedClient* | *"SSO session"*)
      echo "sign in to AWS again" ;;
    *AccessDenied* | *UnauthorizedOperation* | *"not authorized"*)
      echo "the credentials of this shell lack the right that the message names" ;;
    *"Could not connect"*) echo "is $region reachable from here?" ;;
    *RepositoryNotFound*) echo "repositories come first: ops.sh deploy registry" ;;
    *ClusterNotFound* | *ServiceNotFound* | *ServiceNotActive*)
      echo "is $deployment deployed in account $account_id, region $region? ops.sh status shows its stacks" ;;
    *"Unable to fetch parameters"* | *ParameterNotFound*)
      echo "a stack reads what the ones before it publish: deploy those first" ;;
    *ROLLBACK_COMPLETE*) echo "its first deployment failed: delete the stack ${5-}, then deploy again" ;;
    *"Failed to create/update the stack"*)
      echo "the reason: aws cloudformation describe-stack-events --stack-name ${5-} --region $region" ;;
    *NoSuchBucket*) echo "buckets come first: ops.sh deploy data" ;;
    *) echo "the message above is AWS's own; region $region, account ${account_id:-unknown}" ;;
  esac
}

# Which account, and whether it is the right one.
connect() {
  export AWS_REGION=$region AWS_DEFAULT_REGION=$region AWS_PAGER=''
  account_id=$(aws sts get-caller-identity --query Account --output text)
  [[ -z $account || $account == "$account_id" ]] ||
    stop "$deployment belongs to account $account, and this is $account_id" "sign in to the other account"
}

# What deployed it: cfn or tf.
find_target() {
  [[ -z $target ]] || return 0
  local stacks
  stacks=$(aws cloudformation describe-stacks --query 'Stacks[].StackName' --output text)
  case " $(tr '\t\n' '  ' <<<"$stacks") " in
    *" $deployment-registry "*) target=cfn ;;
    *) [[ ! -d tf/.terraform ]] || target=tf ;;
  esac
  [[ $target ]] || stop "nothing says whether CloudFormation or Terraform deploys $deployment" "add --target cfn or --target tf"
}

check_revision() {
  case $target in
    '' | cfn | tf) ;;
    *) stop "--target is cfn or tf, not $target" ;;
  esac
  [[ $since =~ ^[0-9]+[smhd]$ ]] || stop "--since $since is no time" "30m, 2h and 1d are"
  [[ -z $gitrev || $gitrev == "$fixed_revision" || -z $fixed_revision ]] ||
    stop "the revision is fixed in the rendered files: $fixed_revision" "render another one, or take gitrev out of the spec"
  gitrev=${gitrev:-$fixed_revision}
  [[ -z $gitrev ]] || [[ $gitrev =~ $revision_pattern && $gitrev != latest ]] ||
    stop "$gitrev is no revision" "it is an image tag, usually a commit's hash, and never latest"
}

# Images: built from a clean tree and pushed under their revision, which then stays what it is.

images_command() {
  local name=$1 changes commit
  [[ -z $name ]] || has images "$name" || stop "there is no image $name" "there are: $(names_of images)"
  changes=$(git status --porcelain) || stop "an image is built from a commit, and this is no git repository"
  [[ -z $changes ]] ||
    stop "there are changes that are not committed, so no revision says what is in the image" "commit them, or stash them"
  commit=$(git rev-parse --short=12 HEAD)
  gitrev=${gitrev:-$commit}
  is_checked_out || stop "$gitrev is not what is checked out" "git checkout $gitrev"
  images push_image "$name"
}

# A revision that is no commit, such as the number of a build, is taken as it is.
is_checked_out() {
  local commit
  commit=$(git rev-parse --quiet --verify "$gitrev^{commit}") || return 0
  [[ $commit == "$(git rev-parse HEAD)" ]]
}

push_image() {
  local wanted=$1 called=$2 repository=$3 context=$4 dockerfile=$5 revision=${6:-$gitrev} image present
  [[ -z $wanted || $wanted == "$called" ]] || return 0
  present=$(tags_like "$repository" "$revision")
  if [[ $present ]]; then
    say "$repository:$revision is in the registry"
    return
  fi
  [[ -e $dockerfile ]] || stop "there is no $dockerfile" "set build.context or build.dockerfile of $called in the spec"
  image="$account_id.dkr.ecr.$region.$url_suffix/$repository:$revision"
  sign_in "${image%%/*}"
  run docker build --platform "$platform" --file "$dockerfile" --tag "$image" "$context"
  run docker push "$image"
}

tags_like() {
  aws ecr batch-get-image --repository-name "$1" --image-ids imageTag="$2" --query 'images[].imageId.imageTag' --output text
}

sign_in() {
  if [[ $dry_run == true ]]; then
    echo "+ aws ecr get-login-password | docker login --username AWS --password-stdin $1"
  elif [[ -z ${signed_in-} ]]; then
    aws ecr get-login-password | docker login --username AWS --password-stdin "$1"
    signed_in=yes
  fi
}

# Stops where an image that is about to be deployed is not there: its tasks would not start.
need_image() {
  images need_this "$1"
}

need_this() {
  local wanted=$1 called=$2 repository=$3 revision=${6:-$gitrev} present
  [[ $wanted == "$called" ]] || return 0
  present=$(tags_like "$repository" "$revision")
  [[ $present ]] || stop "the registry has no $repository:$revision" "ops.sh images $called --gitrev $revision"
}

# Deploying: the layers in their order, or some of them. Config goes to its bucket before what reads it.

config_command() {
  if [[ -z $(config_address) ]]; then
    say "nothing to upload: the config is in the task definitions, ops.sh deploy core brings it"
    return
  fi
  find_target
  case $target in
    cfn) upload_config ;;
    tf) say "Terraform uploads the config itself: ops.sh deploy core --gitrev REV" ;;
  esac
}

upload_config() {
  [[ $(config_address) ]] || return 0
  [[ -z ${uploaded-} ]] || return 0
  uploaded=yes
  run aws s3 cp config/ "$(config_address)" --recursive
}

deploy_command() {
  local wanted=$1 found='' revised=''
  layers find_layer "$wanted"
  [[ $found ]] || stop "there is no layer, code location or task $wanted" "one of: core $(names_of layers | tr ' ' '\n' | sort -u | tr '\n' ' ')$(names_of owners)"
  if [[ $revised && $wanted && -z $gitrev ]]; then
    newest_revision "$wanted"
    gitrev=$revision
  fi
  [[ -z $revised || $gitrev ]] || stop "which revision?" "ops.sh deploy $wanted --gitrev REV"
  find_target
  "deploy_$target" "$wanted"
}

# Whether a layer is wanted: all, one kind, or everything of the core image, of one code location or task.
chosen() {
  [[ -z $1 || $1 == "$2" || $1 == "$3" ]]
}

find_layer() {
  chosen "$1" "$2" "$3" || return 0
  found=yes
  [[ $6 == false ]] || revised=yes
}

deploy_cfn() {
  layers deploy_stack "$1"
}

deploy_stack() {
  local wanted=$1 layer=$2 owner=$3 stack=$4 template=$5 guarded=$7
  shift 7
  chosen "$wanted" "$layer" "$owner" || return 0
  case $layer in
    platform | ui)
      need_image core
      upload_config
      ;;
    location | task) need_image "$owner" ;;
  esac
  say "$stack"
  run aws cloudformation deploy --stack-name "$stack" --template-file "$template" --no-fail-on-empty-changeset "$@"
  [[ $guarded == false ]] ||
    run aws cloudformation set-stack-policy --stack-name "$stack" --stack-policy-body file://cfn/stack-policy.json
}

# Terraform: one module, so what is released alone is pinned in a file that Terraform reads by itself. Commit that file.

deploy_tf() {
  local wanted=$1 everything=$gitrev
  case $wanted in
    '')
      need_every_image
      releases_of everybody forget "$gitrev"
      ;;
    core)
      need_image core
      newest_revision core
      releases_of everybody keep "$revision"
      ;;
    platform | ui | operations) stop "Terraform deploys $wanted with all that has the core image" "ops.sh deploy core" ;;
    encryption | network | registry | data | location | task | access)
      stop "Terraform deploys $wanted with everything else" "ops.sh deploy --gitrev REV" ;;
    *)
      need_image "$wanted"
      newest_revision core
      everything=$revision
      # What has no revision of its own to take is applied as it is.
      [[ " $(names_of owners)" != *" $wanted "* ]] || releases_of "$wanted" pin "$gitrev"
      ;;
  esac
  apply "$everything"
}

need_every_image() {
  images need_each
}

need_each() {
  need_this "$1" "$@"
}

# Changes who is pinned to what: `pin`, `keep` who is not pinned yet where he is, or `forget`.
releases_of() {
  local who=$1 keys=() owned=''
  shift
  owned=$(names_of owners)
  [[ $who != everybody ]] || who=$owned
  read -r -a keys <<<"$who"
  if [[ $dry_run == true ]]; then
    echo "+ $1 ${keys[*]-} in $releases"
    return
  fi
  python3 - "$releases" "$@" ${keys[@]+"${keys[@]}"} <<'PYTHON'
import json, pathlib, sys

path, action, revision, keys = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
values = json.loads(path.read_text()) if path.exists() else {}
pinned = values.setdefault("releases", {})
for key in keys:
    if action == "pin":
        pinned[key] = revision
    elif action == "keep":
        pinned.setdefault(key, revision)
    else:
        pinned.pop(key, None)
path.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")
PYTHON
}

apply() {
  local options=()
  [[ -d tf/.terraform ]] || run terraform -chdir=tf init -input=false
  [[ $fixed_revision ]] || options+=(-var "gitrev=$1")
  [[ $assume_yes == false ]] || options+=(-auto-approve)
  run terraform -chdir=tf apply ${options[@]+"${options[@]}"}
}

# Services and their logs.

# Sets service and container by what a service is called.
find_service() {
  service='' container=''
  services take_service "$1"
  [[ $service ]] || stop "there is no service $1" "there are: $(names_of services)"
}

take_service() {
  [[ $1 != "$2" ]] || { service=$3 && container=$4; }
}

restart_command() {
  find_service "$1"
  run aws ecs update-service --cluster "$cluster" --service "$service" --force-new-deployment --query service.serviceName --output text
  say "waiting for the new tasks of $service"
  run aws ecs wait services-stable --cluster "$cluster" --services "$service"
}

status_command() {
  local stacks
  echo "service, running, wanted, deployment, task definition"
  batches describe_services
  find_target
  [[ $target == cfn ]] || return 0
  echo
  echo "stack, status"
  stacks=$(aws cloudformation describe-stacks --query 'Stacks[].[StackName,StackStatus]' --output text)
  layers describe_stack
}

describe_services() {
  aws ecs describe-services --cluster "$cluster" --services "$@" --output text \
    --query 'services[].[serviceName,runningCount,desiredCount,deployments[0].rolloutState,taskDefinition]'
}

describe_stack() {
  grep "^$3[[:space:]]" <<<"$stacks" || printf '%s\t%s\n' "$3" "not deployed"
}

logs_command() {
  local group='' begin now
  log_groups take_group "$1"
  [[ $group ]] || stop "there is no log $1" "there are: $(names_of log_groups)"
  now=$(date +%s)
  begin=$(((now - $(seconds)) * 1000))
  print_events
  while [[ $follow == true ]]; do
    sleep 5
    print_events
  done
}

take_group() {
  [[ $1 != "$2" ]] || group=$3
}

seconds() {
  case $since in
    *s) echo "$((10#${since%s}))" ;;
    *m) echo "$((10#${since%m} * 60))" ;;
    *h) echo "$((10#${since%h} * 3600))" ;;
    *d) echo "$((10#${since%d} * 86400))" ;;
  esac
}

# Prints what came since the last time. A line without a time continues the one before it.
print_events() {
  local events at line
  events=$(aws logs filter-log-events --log-group-name "$group" --start-time "$begin" --query 'events[].[timestamp,message]' --output text)
  [[ $events ]] || return 0
  while IFS= read -r line; do
    at=${line%%$'\t'*}
    if [[ $line == *$'\t'* && $at =~ ^[0-9]{13}$ ]]; then
      begin=$((at + 1))
      line=${line#*$'\t'}
    fi
    printf '%s\n' "$line"
  done <<<"$events"
}

# Dagster's own migration, in a task like the webserver's: it has the config, the password and the right network.
migrate_command() {
  local network definition task code
  find_service webserver
  network=$(aws ecs describe-services --cluster "$cluster" --services "$service" --query 'services[0].networkConfiguration' --output json)
  definition=$(aws ecs describe-services --cluster "$cluster" --services "$service" --query 'services[0].taskDefinition' --output text)
  set -- --cluster "$cluster" --task-definition "$definition" --launch-type FARGATE --network-configuration "$network" \
    --overrides "{\"containerOverrides\":[{\"name\":\"$container\",\"command\":[\"dagster\",\"instance\",\"migrate\"]}]}"
  if [[ $dry_run == true ]]; then
    run aws ecs run-task "$@"
    return
  fi
  task=$(aws ecs run-task "$@" --query 'tasks[0].taskArn' --output text)
  [[ $task != None ]] || stop "ECS started no task" "ops.sh status; is there capacity and a subnet with free addresses?"
  say "waiting for $task; Dagster advises that nothing else writes to the database meanwhile"
  aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"
  code=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query "tasks[0].containers[?name=='$container'].exitCode | [0]" --output text)
  [[ $code == 0 ]] || stop "the migration ended with $code" "ops.sh logs webserver"
  say "the migration is done"
}

# The UI.

# Nobody outside the VPC reaches the load balancer, so a port of the webserver is forwarded.
open_command() {
  local task runtime
  find_service webserver
  task=$(aws ecs list-tasks --cluster "$cluster" --service-name "$service" --query 'taskArns[0]' --output text)
  [[ $task != None ]] || stop "no webserver is running" "ops.sh status"
  runtime=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --query "tasks[0].containers[?name=='$container'].runtimeId | [0]" --output text)
  say "http://localhost:3000, until you interrupt this"
  run aws ssm start-session --target "ecs:${cluster}_${task##*/}_$runtime" \
    --document-name AWS-StartPortForwardingSession --parameters portNumber=3000,localPortNumber=3000
}

# Going back: task definitions that were replaced can still be read, and their images are kept.

# What has a revision: what it is called, task definition family, container.
revised() {
  "$@" 'core' 'course_core_webserver' 'webserver'
  "$@" 'ingest' 'course_server_ingest' 'server'
  "$@" 'transform' 'course_server_transform' 'server'
  "$@" 'report' 'course_server_report' 'server'
}

rollback_command() {
  local wanted=$1
  [[ -z $fixed_revision ]] || stop "the revision is fixed in the rendered files" "render and deploy the earlier one"
  [[ -z $wanted ]] || has revised "$wanted" || stop "nothing is called $wanted" "there are: $(names_of revised)"
  [[ -z $gitrev ]] || stop "rollback finds the revision itself" "ops.sh deploy $wanted --gitrev $gitrev"
  find_target
  revised roll_back "$wanted"
}

roll_back() {
  local wanted=$1 called=$2
  [[ -z $wanted || $wanted == "$called" ]] || return 0
  newest_revision "$called"
  earlier_revision "$3" "$4"
  if [[ -z $earlier ]]; then
    say "$called: nothing was deployed before $revision"
    return
  fi
  say "$called: from $revision back to $earlier"
  gitrev=$earlier
  "deploy_$target" "$called"
}

# Sets revision to what was deployed last.
newest_revision() {
  revision=''
  case $1 in
    platform | ui | operations) revised read_revision core ;;
    *) revised read_revision "$1" ;;
  esac
}

read_revision() {
  [[ $1 != "$2" ]] || image_revision "$3" "$4"
}

# Sets revision to that of the container's image in a task definition.
image_revision() {
  local image
  image=$(aws ecs describe-task-definition --task-definition "$1" --query "taskDefinition.containerDefinitions[?name=='$2'].image | [0]" --output text)
  revision=${image##*:}
}

# Sets earlier to the last revision that differs from the present one.
earlier_revision() {
  local family=$1 container=$2 present=$revision active inactive arn
  active=$(aws ecs list-task-definitions --family-prefix "$family" --status ACTIVE --query taskDefinitionArns --output text)
  inactive=$(aws ecs list-task-definitions --family-prefix "$family" --status INACTIVE --query taskDefinitionArns --output text)
  earlier=''
  while read -r arn; do
    image_revision "$arn" "$container"
    [[ $revision == "$present" ]] || { earlier=$revision && break; }
  done < <(printf '%s\n' "$active" "$inactive" | tr '\t' '\n' | grep "/$family:" | sort -t: -k7 -n -r)
  revision=$present
}

# The end: everything goes, data included, so it asks for the name.

destroy_command() {
  local typed=''
  [[ $protected == false ]] ||
    stop "$deployment is protected" "set protect: false in the spec, render, deploy, and then destroy"
  find_target
  say "This deletes $deployment in account $account_id, region $region, with its database, buckets, images and logs."
  printf 'Type its name to go on: ' >&2
  read -r typed || true
  [[ $typed == "$deployment" ]] || stop "that is not its name; nothing was deleted"
  "destroy_$target"
  retire_definitions
}

destroy_cfn() {
  buckets empty_bucket
  for stack in 'course-location-report' 'course-location-transform' 'course-location-ingest' 'course-ui' 'course-platform' 'course-data' 'course-registry-report' 'course-registry-transform' 'course-registry-ingest' 'course-registry' 'course-network'; do
    say "$stack"
    run aws cloudformation delete-stack --stack-name "$stack"
    run aws cloudformation wait stack-delete-complete --stack-name "$stack"
  done
}

# CloudFormation deletes no bucket with something in it, and a version counts.
empty_bucket() {
  local bucket=$1 there versions
  there=$(aws s3api list-buckets --query "Buckets[?Name=='$bucket'].Name" --output text)
  [[ $there ]] || return 0
  if [[ $dry_run == true ]]; then
    echo "+ empty s3://$bucket"
    return
  fi
  versions=$(some_versions "$bucket")
  while [[ $versions == *'"Key"'* ]]; do
    aws s3api delete-objects --bucket "$bucket" --delete "$versions" >/dev/null
    versions=$(some_versions "$bucket")
  done
}

some_versions() {
  # shellcheck disable=SC2016 # These are JMESPath's own backquotes.
  aws s3api list-object-versions --bucket "$1" --max-items 500 --output json \
    --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}, Quiet: `true`}'
}

destroy_tf() {
  local options=(-auto-approve)
  [[ $fixed_revision ]] || options+=(-var gitrev=none)
  run terraform -chdir=tf destroy "${options[@]}"
}

# Run definitions outlive their stacks on purpose, because queued runs refer to them. Now there are none.
retire_definitions() {
  local arns arn
  arns=$(aws ecs list-task-definitions --query "$kept_definitions" --output text)
  for arn in $arns; do
    run aws ecs deregister-task-definition --task-definition "$arn" --query taskDefinition.status --output text
  done
}

main() {
  local command='' words=()
  while [[ $# -gt 0 ]]; do
    case $1 in
      --gitrev)
        gitrev=$(value_of "$@")
        shift
        ;;
      --target)
        target=$(value_of "$@")
        shift
        ;;
      --since)
        since=$(value_of "$@")
        shift
        ;;
      --follow) follow=true ;;
      --yes) assume_yes=true ;;
      --dry-run) dry_run=true ;;
      -h | --help)
        usage
        exit
        ;;
      -*) stop "there is no option $1" "ops.sh --help lists all" ;;
      *) words+=("$1") ;;
    esac
    shift
  done
  command=${words[0]-}
  [[ $command ]] || stop "what shall it do?" "ops.sh --help says what it can"
  case $command in
    images | deploy | rollback) ;;
    restart | logs) [[ ${words[1]-} ]] || stop "$command of what?" "ops.sh --help says what there is" ;;
    config | status | open | migrate | destroy) [[ -z ${words[1]-} ]] || stop "$command takes no ${words[1]}" ;;
    *) stop "there is no command $command" "ops.sh --help lists all" ;;
  esac
  [[ -z ${words[2]-} ]] || stop "$command takes no ${words[2]}"
  check_revision
  connect
  "${command}_command" "${words[1]-}"
}

main "$@"
