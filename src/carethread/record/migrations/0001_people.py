import carethread.record.tables
import carethread.record.validators
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('record', '0001_initial')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        carethread.record.tables.Tables(
            tables=[
                migrations.CreateModel(
                    name='Organization',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=120)),
                        ('legal_name', models.CharField(max_length=120)),
                        ('tin', models.CharField(max_length=9, validators=[django.core.validators.RegexValidator('^\\d{9}$', 'Nine digits, without dashes.')], verbose_name='tax id (EIN)')),
                        ('npi', models.CharField(max_length=10, validators=[carethread.record.validators.npi], verbose_name='billing NPI')),
                        ('taxonomy', models.CharField(max_length=10)),
                        ('line1', models.CharField(max_length=55, verbose_name='street')),
                        ('line2', models.CharField(blank=True, max_length=55, verbose_name='suite')),
                        ('city', models.CharField(max_length=30)),
                        ('state', models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters, as in NY.')])),
                        ('postal_code', models.CharField(max_length=9, validators=[django.core.validators.RegexValidator('^\\d{9}$', 'The billing address needs the nine-digit ZIP code.')], verbose_name='ZIP+4')),
                        ('contact_name', models.CharField(max_length=60)),
                        ('phone', models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^\\d{10}$', 'Ten digits, without dashes.')])),
                        ('time_zone', models.CharField(default='America/New_York', max_length=40)),
                    ],
                    options={
                        'constraints': [],
                    },
                ),
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                        ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                        ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                        ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                        ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                        ('email', models.EmailField(max_length=254, unique=True)),
                        ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='users', to='record.organization')),
                        ('must_change_password', models.BooleanField(default=False)),
                        ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                        ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ],
                    options={
                        'verbose_name': 'user',
                        'verbose_name_plural': 'users',
                        'abstract': False,
                        'constraints': [],
                    },
                ),
            ],
        ),
    ]
