{#- Every row fulfils the condition; where it cannot be decided, because a figure is unknown, nothing is said. -#}
{% test expression_is_true(model, expression) %}
select *
from {{ model }}
where not ({{ expression }})
{% endtest %}
